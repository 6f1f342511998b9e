/** Which tools are offered; each profile has those before it. */
export const PROFILES = ['read', 'plan', 'work', 'approve'] as const;
export type Profile = (typeof PROFILES)[number];

/** For whom the server works. `run`: a run of this repository; `bystander`: somebody in the worktree of a run that is at work. */
export type Caller =
  | { readonly kind: 'user' }
  | { readonly kind: 'run'; readonly run: string; readonly entry: string }
  | { readonly kind: 'bystander'; readonly run: string };

/** What a run may do besides reading: propose entries, and leave a message for its own entry. */
const FOR_RUNS: readonly string[] = ['add_entries', 'message'];

/** Whether a tool is offered. @param profile what the user started the server with */
export function isOffered(
  tool: { readonly name: string; readonly profile: Profile },
  profile: Profile,
  { kind }: Caller,
): boolean {
  if (PROFILES.indexOf(tool.profile) > PROFILES.indexOf(profile)) return false;
  return kind === 'user' || tool.profile === 'read' || (kind === 'run' && FOR_RUNS.includes(tool.name));
}
