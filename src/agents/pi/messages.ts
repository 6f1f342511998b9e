/** How to log in. */
export const LOGIN =
  'run `pi` once and log in with /login, or give a key: agents.pi.env: [ANTHROPIC_API_KEY]; providers of your own are in ~/.pi/agent/models.json.';
/** What the full form opens up. */
export const FULL_PERMISSIONS = 'pi has no permission layer: every command and every file, as your user.';

/** @param error pi's own words */
export const messageRefused = (error: string): string => `a message was refused: ${error}`;
export const NO_ANSWER = 'its model gave no answer';
export const providerAnswered = (status: string): string => `its provider answered with HTTP ${status}`;
/** What is denied, before the question itself. */
export const EXTENSION_QUESTION = 'question of an extension:';

export const ONE_MORE_MESSAGE = 'There is one more message for you.';
