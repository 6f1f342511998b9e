import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban deprioritize <id>` */
const run: Command = askAbout('deprioritize');
export default run;
