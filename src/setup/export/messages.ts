// The sentences of `kanban export`.

export const NOT_SET_UP = 'this repository has no WORKFLOW.md, so there is nothing to export';
export const looksLikeSecret = (file: string): string => `${file} contains what looks like a secret`;
export const NAME_A_VARIABLE =
  'name an environment variable in its place, and replace the secret: everybody who has the repository can read it';
export const isRepository = (folder: string): string => `${folder} is a worktree of this repository`;
export const OTHER_FOLDER = 'name a folder outside of it';
export const nameTaken = (path: string): string =>
  `a role has ${path} as its prompt, and the bundle has a guide of that name`;
export const MOVE_PROMPT = 'rename the prompt, and change prompt of its role in WORKFLOW.md';
export const notAFolder = (path: string): string => `${path} is not a folder`;
export const isLink = (path: string): string => `${path} is a symbolic link: nothing is written through it`;
export const REMOVE_LINK = 'remove the link, or name another folder';
export const isThere = (path: string): string => `${path} exists and is different`;
export const REPLACE = 'Replace what is different?';
export const OVERWRITE = 'add --overwrite to replace it, or name another folder';
export const NOTHING_WRITTEN = 'nothing is written';
export const notWritten = (path: string, code: string): string => `${path} cannot be written (${code})`;

export const wrote = (count: number, folder: string): string =>
  `wrote ${count} ${count === 1 ? 'file' : 'files'} to ${folder}`;
export const unchanged = (count: number): string => `${count} ${count === 1 ? 'file was' : 'files were'} there already`;
export const boardKept = (paths: readonly string[]): string =>
  `kept ${paths.join(', ')}: the board there has entries of its own`;
export const emptied = (names: readonly string[]): string =>
  `left out the values of ${names.join(', ')}: set them in WORKFLOW.md or in the environment`;
export const NEXT = 'next: read KANBAN.md there';

/** KANBAN.md of a bundle. @param project the folder that it comes from @param paths what is in the bundle */
export const guide = ({
  project,
  paths,
  emptied: names,
}: {
  readonly project: string;
  readonly paths: readonly string[];
  readonly emptied: readonly string[];
}): string => `# Kanban settings of ${project}

This bundle has the settings, prompts, an empty board and the skill of a repository that uses \`kanban\` (npm: \`file-kanban\`).

${paths.map((path) => `- \`${path}\``).join('\n')}

## Use it in a repository

1. Copy these files into the root of the repository. Compare them with files that are there already.
2. Install kanban: \`npm i -D file-kanban\`, then write \`npx file-kanban\` where this page writes \`kanban\`.
3. Open WORKFLOW.md and change what belongs to the other repository: \`base\`, \`ids\`, \`roles.tester.run\`,
   \`hooks.after_create\`, \`merge_queue.check\`, \`protect\`.${names.length === 0 ? '' : `\n   Values of these variables were left out: ${names.map((name) => `\`${name}\``).join(', ')}.`}
4. \`kanban init\` adds what is missing, such as the lines in .gitignore. It changes no existing file.
5. \`kanban preflight\` checks everything and names each fix.
6. Commit the files, write an entry with \`kanban add "…"\`, and start with \`kanban run\`.

\`kanban --help\` lists the commands.
`;
