import { createHmac } from 'node:crypto';
import type { TimedEvent } from '../../../contract/event.ts';
import type { Notice } from '../../../report/notices/notice.ts';
import type { NotifyTarget } from '../../../workflow/settings.ts';
import * as messages from './messages.ts';

/** One delivery: an event, or a digest of several, with the words for people. */
export interface Delivery {
  /** The same for each try: a receiver knows by it what it has seen. */
  readonly id: string;
  readonly event: TimedEvent;
  readonly notice: Notice;
}

export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RequestInput {
  readonly target: NotifyTarget;
  readonly delivery: Delivery;
  /** Name of the repository. */
  readonly project: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** epoch ms */
  readonly now: number;
}

/** What is sent to a target. @returns a sentence, where it can't be sent; no value of a variable is in it */
export function httpRequest(input: RequestInput): HttpRequest | { readonly why: string } {
  const { target, env } = input;
  const name = target.url ?? '';
  const missing = [target.url, target.secret, target.token].find((key) => key !== null && (env[key] ?? '') === '');
  if (missing !== undefined && missing !== null) return { why: messages.notSet(missing) };
  const url = addressOf(env[name] ?? '');
  if (url === null) return { why: messages.noAddress(name) };
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'kanban',
    ...(target.token === null ? {} : { authorization: `Bearer ${env[target.token] ?? ''}` }),
  };
  if (target.to === 'slack') return { url, headers, body: slackBody(input) };
  if (target.to === 'ntfy') {
    const place = topicOf(url);
    return place === null ? { why: messages.noTopic(name) } : { url: place.url, headers, body: ntfyBody(input, place) };
  }
  const body = jsonBody(input);
  return { url, headers: { ...headers, ...signatureOf(input, body) }, body };
}

function addressOf(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

const titleOf = ({ project, delivery }: RequestInput): string => `${project}: ${delivery.notice.title}`;

function slackBody(input: RequestInput): string {
  const { text, commands } = input.delivery.notice;
  const parts = [
    `*${escaped(titleOf(input))}*`,
    escaped(text),
    ...(commands.length === 0 ? [] : [commands.map((command) => `\`${escaped(command)}\``).join(' · ')]),
  ];
  return JSON.stringify({ text: parts.join('\n'), unfurl_links: false, unfurl_media: false });
}

/** Slack reads these three; `<!channel>` is then text. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface Topic {
  readonly url: URL;
  readonly topic: string;
}

/** `https://ntfy.sh/mine` → what is published as JSON goes to the folder of the topic. */
function topicOf(address: URL): Topic | null {
  const [, folder = '', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(address.pathname) ?? [];
  if (topic === '') return null;
  const url = new URL(address);
  url.pathname = folder;
  return { url, topic: decodeURIComponent(topic) };
}

function ntfyBody(input: RequestInput, { topic }: Topic): string {
  const { kind, text, commands } = input.delivery.notice;
  const message = [text, ...commands].join('\n');
  return JSON.stringify({
    topic,
    title: titleOf(input),
    message,
    priority: kind === 'needs-person' || kind === 'alert' ? 4 : 3,
  });
}

function jsonBody({ delivery: { event, notice }, project }: RequestInput): string {
  const { title, text, commands } = notice;
  const timestamp = new Date(event.at).toISOString();
  return JSON.stringify({ type: event.type, timestamp, data: { project, title, text, commands, event } });
}

/** As www.standardwebhooks.com describes it. */
function signatureOf({ target, delivery, env, now }: RequestInput, body: string): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const headers = { 'webhook-id': delivery.id, 'webhook-timestamp': timestamp };
  if (target.secret === null) return headers;
  const written = env[target.secret] ?? '';
  const key = written.startsWith('whsec_') ? Buffer.from(written.slice('whsec_'.length), 'base64') : written;
  const signature = createHmac('sha256', key).update(`${delivery.id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
