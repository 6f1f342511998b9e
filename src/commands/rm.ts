import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban rm <id>` */
const run: Command = askAbout('rm');
export default run;
