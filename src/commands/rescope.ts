import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban rescope <id>` */
const run: Command = askAbout('rescope');
export default run;
