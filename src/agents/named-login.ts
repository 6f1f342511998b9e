import type { AgentReading } from './agent.ts';

/** A reading that a login is needed, in words that say so: a provider's own "401 Unauthorized" tells a person little. */
export function namedLogin(reading: AgentReading | null): AgentReading | null {
  if (reading?.kind !== 'login' || /log ?in|key|auth/i.test(reading.detail)) return reading;
  return { kind: 'login', detail: `it needs a login or a key: ${reading.detail}` };
}
