// board-round.mjs BUNDLE SIZE MOVES: one round of the board bench, printed as JSON (times in ms).
const [, , bundle, sizeText, movesText] = process.argv;
const { applyEdits, createSectionMemo, parseBoard } = await import(bundle);
const size = Number(sizeText);
const options = { ids: ['T'], boardPath: 'board', memo: createSectionMemo() };

let texts = {
  TODO: `# TODO\n\n${Array.from({ length: size }, (_, index) => entryText(index + 1)).join('')}`,
  IN_PROGRESS: '# IN_PROGRESS\n',
  REVIEW: '# REVIEW\n',
  TESTING: '# TESTING\n',
};
const bytes = Buffer.byteLength(texts.TODO);

const cold = timed(() => parseBoard(texts, options)).ms;
const again = [];
const top = [];
const middle = [];
const back = [];
for (let number = 0; number < Number(movesText); number++) {
  texts = { ...texts, TODO: `${texts.TODO}${entryText(size + number + 1)}` };
  again.push(timed(() => parseBoard(texts, options)).ms);
  top.push(move(liveKey(0), 'TODO', 'IN_PROGRESS'));
  middle.push(move(liveKey(size >> 1), 'TODO', 'IN_PROGRESS'));
  back.push(move(parseBoard(texts, options).columns.IN_PROGRESS.entries[0].key, 'IN_PROGRESS', 'TODO'));
}
if (parseBoard(texts, options).problems.length > 0) throw new Error('the board of the bench has problems');
console.log(JSON.stringify({ bytes, cold: [cold], again, top, middle, back }));

/** What the coordinator does for one move: the edit, which parses to check itself, and the look at what came of it. */
function move(key, from, to) {
  const change =
    to === 'TODO' ? { setFields: { attempts: null } } : { setFields: { attempts: 'task 1' }, addTags: ['RETRY'] };
  const { ms, value } = timed(() => {
    const edited = applyEdits(
      texts,
      [{ type: 'move', key, from, to, position: to === 'TODO' ? 'top' : 'bottom', change }],
      options,
    );
    if (!edited.ok) throw new Error(edited.problem.message);
    return { texts: edited.texts, board: parseBoard(edited.texts, options) };
  });
  texts = value.texts;
  if (!value.board.columns[to].entries.some((entry) => entry.key === key)) throw new Error(`${key} is not in ${to}`);
  return ms;
}

function liveKey(index) {
  return parseBoard(texts, options).columns.TODO.entries[index].key;
}

function timed(run) {
  const begin = performance.now();
  const value = run();
  return { ms: performance.now() - begin, value };
}

/** An entry as people write them: fields, prose, criteria, now and then a fence or a sub-heading. */
function entryText(number) {
  const fields = [
    ...(number % 3 === 0 ? [`- depends: T-${number - 1}`] : []),
    `- files: src/part-${number % 40}/**`,
    ...(number % 7 === 0 ? ['- priority: P1'] : []),
  ];
  const fence = number % 4 === 0 ? `\n\`\`\`sh\nnpm run codemod -- --part ${number}\n# not a heading\n\`\`\`\n` : '';
  return `## T-${number}: Part ${number} answers with a clear message

${fields.join('\n')}

**Problem.** The call to \`load(${number})\` throws where it should answer. See [the report](https://example.com/reports/${number})
and the notes of the last meeting; it happens about ${number % 17} times a day.
${number % 10 === 0 ? `\n### What was tried\n\n1. a retry\n2. a *longer* timeout\n` : ''}${fence}
**Required fix.** Answer 400, name no field, and keep the log line.

- [ ] the message names neither field
- [ ] a test covers part ${number}

`;
}
