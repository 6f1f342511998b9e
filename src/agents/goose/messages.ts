/** How to log in. */
export const LOGIN =
  "run `goose configure`, or set GOOSE_PROVIDER and GOOSE_MODEL and put the provider's key (OPENAI_API_KEY, ANTHROPIC_API_KEY…) under agents.goose.env";
/** What the full form opens up. */
export const FULL_PERMISSIONS =
  'GOOSE_MODE=auto: it runs any command with your rights, on all that your account can reach. In its other modes it ends, or changes nothing, where no user can be asked.';
