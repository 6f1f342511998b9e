import { askAbout } from './ask.ts';
import type { Command } from './command.ts';

/** `kanban abandon <id>` */
const run: Command = askAbout('abandon');
export default run;
