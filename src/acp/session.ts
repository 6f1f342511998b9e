import { methods } from '@agentclientprotocol/sdk/unstable';
import type { ClientContext, InitializeResponse, NewSessionRequest } from '@agentclientprotocol/sdk/unstable';
import { asList, asObject, asText } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import { codeOf, METHOD_NOT_FOUND } from './failure.ts';
import { modeFor } from './known-agents.ts';
import type { KnownAgent } from './known-agents.ts';
import type { BridgeLine } from '../agents/acp/bridge-lines.ts';
import type { BridgeOptions } from '../agents/acp/bridge-options.ts';
import type { Updates } from './updates.ts';
import * as messages from './messages.ts';

export interface SessionDeps {
  readonly agent: ClientContext;
  readonly options: BridgeOptions;
  readonly initialized: InitializeResponse;
  readonly known: KnownAgent;
  readonly updates: Updates;
  readonly print: (line: BridgeLine) => void;
}

/**
 * Opens a session, or continues with the one that the options name, in the mode and with the model that they ask for.
 * Throws what the agent answered if it has no such session, or won't open any.
 * @returns the session's id
 */
export async function openSession(parts: SessionDeps): Promise<string> {
  const { options, print } = parts;
  const answer = (await resumed(parts)) ?? (await newSession(parts));
  print({ acp: 'session', id: answer.id, resumed: answer.id === options.resume });
  await setMode(parts, answer.id, answer.state);
  await setModel(parts, answer.id, answer.state);
  return answer.id;
}

interface Opened {
  readonly id: string;
  /** Modes, models and config options, as the agent reports them. */
  readonly state: Printed;
}

async function newSession({ agent, ...parts }: SessionDeps): Promise<Opened> {
  const answer = await agent.request(methods.agent.session.new, folders(parts));
  return { id: answer.sessionId, state: asObject(answer) ?? {} };
}

/** null: there is none to continue with, or the agent can't. */
async function resumed({ agent, ...parts }: SessionDeps): Promise<Opened | null> {
  const { options, initialized, updates, print } = parts;
  const id = options.resume;
  if (id === null) return null;
  const { loadSession, sessionCapabilities } = initialized.agentCapabilities ?? {};
  const resumes = sessionCapabilities?.resume !== undefined && sessionCapabilities.resume !== null;
  if (!resumes && loadSession !== true) {
    print({ acp: 'notice', text: messages.NEW_SESSION });
    return null;
  }
  const request = { sessionId: id, ...folders(parts) };
  updates.replaying = true;
  try {
    if (resumes) {
      const answer = await agent.request(methods.agent.session.resume, request).catch((error: unknown) => {
        // qwen 0.15 advertises it and doesn't know it.
        if (loadSession === true && codeOf(error) === METHOD_NOT_FOUND) return null;
        throw error;
      });
      if (answer !== null) return { id, state: asObject(answer) ?? {} };
    }
    return { id, state: asObject(await agent.request(methods.agent.session.load, request)) ?? {} };
  } finally {
    await new Promise(setImmediate);
    updates.replaying = false;
  }
}

function folders({ options, initialized, known }: Omit<SessionDeps, 'agent'>): NewSessionRequest {
  const [command, ...args] = options.mcp;
  const takesFolders = initialized.agentCapabilities?.sessionCapabilities?.additionalDirectories;
  const more = known.sandbox && options.permissions === 'narrow' && takesFolders ? options.gitFolders : [];
  return {
    cwd: options.worktree,
    mcpServers: command === undefined || !known.stdioMcp ? [] : [{ name: 'kanban', command, args, env: [] }],
    ...(more.length === 0 ? {} : { additionalDirectories: [...more] }),
  };
}

async function setMode({ agent, options, print }: SessionDeps, sessionId: string, state: Printed): Promise<void> {
  const modes = asList(asObject(state['modes'])?.['availableModes']).map((mode) => asText(asObject(mode)?.['id']));
  const now = asText(asObject(state['modes'])?.['currentModeId']);
  const wanted = modeFor(options.permissions, modes);
  try {
    if (wanted !== null && wanted !== now)
      await agent.request(methods.agent.session.setMode, { sessionId, modeId: wanted });
    const all = configOption(state, (option) => option['id'] === 'allow_all');
    if (all === null) return;
    const value = options.permissions === 'full' ? 'on' : 'off';
    if (all['currentValue'] === value) return;
    await agent.request(methods.agent.session.setConfigOption, { sessionId, configId: 'allow_all', value });
  } catch (error) {
    print({ acp: 'notice', text: messages.modeRefused(wanted ?? 'allow_all', worded(error)) });
  }
}

async function setModel({ agent, options, print }: SessionDeps, sessionId: string, state: Printed): Promise<void> {
  const { model } = options;
  if (model === null) return;
  const option = configOption(state, (each) => each['category'] === 'model' || each['id'] === 'model');
  const models = asObject(state['models']);
  try {
    if (option !== null) {
      const value = match(model, asList(option['options']), 'value');
      await agent.request(methods.agent.session.setConfigOption, { sessionId, configId: asText(option['id']), value });
    } else if (models !== null) {
      const modelId = match(model, asList(models['availableModels']), 'modelId');
      await agent.request('session/set_model', { sessionId, modelId });
    } else print({ acp: 'notice', text: messages.modelNotSettable(model) });
  } catch (error) {
    print({ acp: 'notice', text: messages.modelRefused(model, worded(error)) });
  }
}

const configOption = (state: Printed, is: (option: Printed) => boolean): Printed | null =>
  asList(state['configOptions'])
    .map(asObject)
    .find((option) => option !== null && is(option)) ?? null;

/** The value of the one that has this value or name; else the name as it was given. */
function match(model: string, choices: readonly unknown[], key: string): string {
  const wanted = model.toLowerCase();
  const all = choices.map(asObject);
  const found =
    all.find((choice) => asText(choice?.[key]).toLowerCase() === wanted) ??
    all.find((choice) => asText(choice?.['name']).toLowerCase() === wanted);
  return asText(found?.[key]) || model;
}

const worded = (error: unknown): string => (error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
