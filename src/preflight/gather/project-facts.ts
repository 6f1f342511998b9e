import { surveyRepository } from '../../ecosystems/survey.ts';
import { findWorkspaces } from '../../ecosystems/package-json.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { PreflightFacts } from '../facts.ts';

type ProjectFacts = Pick<PreflightFacts, 'workspaces' | 'suggestions' | 'takesFolders'>;

const NOTHING = { suggestions: { install: null, test: null }, takesFolders: false };

/** What the repository's build files say of installing and testing. @param isBrief leaves out what is advice only */
export async function readProjectFacts(root: string, settings: Settings, isBrief = false): Promise<ProjectFacts> {
  const workspaces = await findWorkspaces(root);
  // The fix of what is found about workspaces names the command.
  const isAsked = !isBrief || workspaces !== null;
  return { workspaces, ...(isAsked ? await readSurvey(root, settings) : NOTHING) };
}

/** Does the hook build the package that it stands in? */
const BUILDS_PACKAGE = /\bpip3?\s+install\b[^&|;]*\s(?:-e\s+)?['"]?\.(?:\[|['"]|\s|$)/;

/** Suggestions are for the settings that are empty; nothing is read where nothing depends on it. */
async function readSurvey(
  root: string,
  { hooks, roles, agents, tests }: Settings,
): Promise<Pick<ProjectFacts, 'suggestions' | 'takesFolders'>> {
  const install = hooks.after_create.trim();
  const hasTests = roles.tester.run.trim() !== '' || Object.keys(tests).length > 0;
  const lacksTests = !hasTests && agents[roles.tester.agent]?.kind === 'shell';
  const builds = BUILDS_PACKAGE.test(install);
  if (!lacksTests && !builds && install !== '') return NOTHING;
  try {
    const survey = await surveyRepository(root);
    const suggestions = { install: survey.install, test: survey.test };
    return {
      suggestions: lacksTests || install === '' ? suggestions : NOTHING.suggestions,
      takesFolders: builds && survey.discoversFolders,
    };
  } catch {
    // Advice only: what stops work is reported by checks of its own.
    return NOTHING;
  }
}
