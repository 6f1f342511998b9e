import { cutText, plainLine, plainOutput } from './plain-text.ts';

/** Characters at the end of an output that are looked at. */
const LOOKED_AT = 1024 * 1024;
/** Lines of these that are looked at. */
const MOST_LINES = 20_000;
const LONGEST_LINE = 300;
const LONGEST = 280;
/** Lines that a message may be away from the name of its test, and a place from its message. */
const NEAR = 60;

/**
 * The line of a program's output that tells most about why it failed: a failing test's name, what was expected, the place.
 * `adds two numbers: AssertionError: expected +0 to be 4 (math.test.js:3)`. Time is linear in the output.
 * @returns one line of at most 280 characters; '' where the output is empty.
 */
export function tellingLine(output: string): string {
  return certainLine(output) ?? lastOf(linesOf(output));
}

/** The same, but null where no line is known to name a failure. */
export function certainLine(output: string): string | null {
  const lines = linesOf(output);
  const name = testIn(lines);
  const message = messageIn(lines, name?.at ?? null);
  if (message === null) return name === null ? null : cut(name.text);
  const place = /[\w)]\S*[:(]\d+|^\S+:\d/.test(message.text) ? '' : placeNear(lines, message.at);
  if (name === null || message.text.includes(name.text)) return cut(message.text, place);
  if (name.text.includes(message.text)) return cut(name.text, place);
  return cut(`${name.text}: ${message.text}`, place);
}

interface Found {
  readonly at: number;
  readonly text: string;
}

const linesOf = (output: string): string[] =>
  plainOutput(output.slice(-LOOKED_AT))
    .split('\n')
    .slice(-MOST_LINES)
    .map((line) =>
      line
        .slice(0, LONGEST_LINE)
        .trimEnd()
        // TAP quotes what a file printed; npm and Maven name themselves in each line.
        .replace(/^(?:# (?!Subtest)|npm (?:error|ERR!) ?|\[ERROR\] ?)/, ''),
    );

/** How test runners mark a failing test; the earlier form tells more. The name is the first group. */
const TESTS: readonly RegExp[] = [
  /^\s*FAIL\s{1,4}(\S.* > .*\S)$/, // vitest
  /^\s*FAIL\s{1,4}(.+\S\s+"[^"]+")$/, // uvu
  /^\s*(?:●|✖|✗|✘)\s(?:\[fail\]:\s)?(?!failing tests|\d+ problem|Test suite failed|Console)(.*\S)/, // jest, node:test, ava
  /^\s*--- FAIL: (\S+)/, // go
  /^(?:FAILED|ERROR) ([^\s:]+::\S+)/, // pytest
  /^(?:FAIL|ERROR): (\w+ \(\S+\))/, // unittest
  /^(\w+#test_\S+) \[/, // minitest
  /^\s*not ok \d+ (?!.*# (?:TODO|SKIP))(?:- )?(.*\S)$/i, // TAP
  /^test (\S+) \.\.\. FAILED$/, // cargo
  /^\(fail\) (.*\S)/, // bun
  /^\s*[×✕] (.*\S)$/, // lists of vitest and jest
  /^(\S.* > .*\S) FAILED$/, // Gradle
  /^(\S.*\S) \.\.\. FAILED/, // deno
  /^\s{1,4}Failed (\S.*?) \[[^\]]*\]$/, // .NET
  /^\s*1\) (.*\S)$/, // mocha, rspec, PHPUnit
];

function testIn(lines: readonly string[]): Found | null {
  for (const form of TESTS) {
    const at = lines.findIndex((line) => form.test(line));
    if (at < 0) continue;
    const deepest = deepestOf(lines, at, form);
    const text = nameOf(form.exec(lines[deepest] ?? '')?.[1] ?? '');
    return { at: deepest, text: withParent(lines, deepest, text) };
  }
  return null;
}

/** `--- FAIL: TestAdd` is followed by the subtest that failed. */
function deepestOf(lines: readonly string[], at: number, form: RegExp): number {
  const next = form.exec(lines[at + 1] ?? '')?.[1];
  const own = form.exec(lines[at] ?? '')?.[1];
  return next !== undefined && own !== undefined && next.startsWith(`${own}/`) ? deepestOf(lines, at + 1, form) : at;
}

/** Without what it took, and without a rule to the end of the line. */
const nameOf = (name: string): string =>
  plainLine(name.replace(/\s+(?:\(?\d[\d.]*\s?m?s\)?|\[\d[\d.]*\s?m?s\]|# time=.*|─+)$/, '')).replace(/:$/, '');

/** A TAP test may only be named above its failed assertion; mocha names the suite first, and the test in the next line. */
function withParent(lines: readonly string[], at: number, text: string): string {
  if (/^\s*not ok/.test(lines[at] ?? '')) {
    const above = /^\s*# Subtest: (.*\S)/.exec(lines[at - 1] ?? '')?.[1];
    return above === undefined || above === text ? text : `${above}: ${text}`;
  }
  const next = /^\s{7,}(\S.*):$/.exec(lines[at + 1] ?? '')?.[1];
  return /^\s*1\)/.test(lines[at] ?? '') && next !== undefined ? `${text} ${next}` : text;
}

/** What failures look like; the earlier form tells more. Not given by a form: lines that only count or repeat. */
const MESSAGES: readonly RegExp[] = [
  /^E\s+(\w*(?:Syntax|Indentation|Tab)Error: .*)/, // pytest
  /^E {3,}(?!At index|Use -v|Full diff|\+|\^|File ")(\S.*)/,
  /^FAILED \S+ - (.*)/, // pytest, without its tracebacks
  /^\s+(\w+_test\.go:\d+: .*)/,
  /^\s*(?:panic: |fatal error: )(?!.*\[recovered\]$).*/,
  /^thread '.*' (?:\(\d+\) )?(panicked at .*)/,
  /^\s*(Expected:?\s.*|expected:? .*(?:got|but|to|received|actual).*)/,
  /^\s*(?:error: )?['"](?!test failed|\d+ subtests? failed)(.*)['"]$/, // TAP
  /^\s*(error: \|-)$/, // TAP
  /^\s*(?:Uncaught |Unhandled |Exception during run: |Exception in thread "\S+" |PHP )*((?:[\w$]+[.\\])*\w*(?:Error|Exception|Fault|Failure|Panic)(?: ?\[[^\]]*\])?: \S.*)/,
  /^\s*(Failed asserting that .*|Failure\/Error: .*|Assertion .*failed.*|.*Assert\.\w+\(\) Failure.*)/,
  /^\s*(.*\bexpected\b.*\b(?:got|but (?:was|got|found)|received|actual|to (?:be|equal|have|contain|match|include|throw))\b.*|.*\bgot\b.*\bwant(?:ed)?\b.*)/i,
  /^\s*(Expected values to be .*|thrown: .*|`.*' failed.*|Difference \(.*\):|--- expected|Cannot find (?:module|package) .*)/,
  /^\s*(?=.*error)(?!.*(?:could not compile|build failed|Command failed|test failed|exit code|lifecycle))(\S*:?\s?(?:\S+ )?(?:fatal |parse |syntax |internal |compile )?error(?:\[\w+\]|\s+[A-Z]{1,4}\d+)?: .+)/i,
  /^\s+(\d+:\d+\s+error\s+.*)/, // eslint
  /^(\S+:\d+:\d+:? .+|\S+:\[\d+,\d+\] .+|\S+:\d+:in .+)/, // compilers, ruff, Maven, Ruby
  /^([A-Z]+\d{3,} .+)/, // ruff
  /^(\S+: line \d+: .+|\S+: \d+: .+|\S+:\d+: .+)/, // shells, make, mypy
  /^(\S+: .*(?:not found|No such file|cannot|can't|denied|refused|failed|unbound|invalid|unknown|unrecognized).*)/i,
  /^\s*((?:Missing script|Could not|Cannot|Can't|Unable to|fatal:|FATAL|Killed|Segmentation fault|Out of memory|The .* can only |JSON\.parse Invalid|404 Not Found|make: \*\*\* No rule).*)/,
];

/** Says that something failed, not what. */
const REPEATS =
  /^\s*(?:at |#\d+ |\d+: |Ran \d|Tests?:?\s|Test (?:Suites|Files)|Time:|Snapshots:|Duration|error: (?:could not compile|test failed)|code E[A-Z]+|A complete log|Node\.js v|FAIL\b|FAILED \(|errno|syscall|path )|ExperimentalWarning|DeprecationWarning|^\s*\(Use `node|^info Visit|^(?:platform|rootdir|plugins|collected|benchmark:) /;

function messageIn(lines: readonly string[], test: number | null): Found | null {
  for (const form of MESSAGES) {
    const after = test === null ? -1 : indexIn(lines, form, test, lines.length);
    const at = after < 0 ? indexIn(lines, form, 0, test ?? lines.length) : after;
    if (at < 0) continue;
    const line = lines[at] ?? '';
    const found = form.exec(line);
    return { at, text: wholeMessage(lines, at, plainLine(found?.[1] ?? line)) };
  }
  return null;
}

function indexIn(lines: readonly string[], form: RegExp, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const line = lines[at] ?? '';
    if (!REPEATS.test(line) && form.test(line)) return at;
  }
  return -1;
}

/** A message whose first line only announces it, or that names what it got in the next line. */
function wholeMessage(lines: readonly string[], at: number, text: string): string {
  const below = lines
    .slice(at + 1, at + 8)
    .map((line) => plainLine(line))
    .filter((line) => line !== '');
  if (text === 'error: |-') return announced(below);
  if (/^expected:?\s/i.test(text) && !/got|but|received|actual|to be/i.test(text)) {
    const got = below.find((line) => /^(?:received|actual|got|but was|found):?\s/i.test(line));
    return got === undefined ? text : `${text}, ${got}`;
  }
  if (text.startsWith('panicked at')) return announced([text, ...below]);
  if (/^\d+:\d+\s+error/.test(text)) return withFile(lines, at, text);
  return /:$|strictly equal|Assert\.\w+\(\) Failure|Failure\/Error:|^Assertion with|^--- expected/.test(text)
    ? announced([text, ...below])
    : text;
}

/** The announcement and what it announces, as far as it belongs to it. */
function announced([first = '', ...below]: readonly string[]): string {
  const end = below.findIndex((line) =>
    /^(?:at |stack backtrace|code: '|\+ expected - actual|note:|❯|\d+ \|)/.test(line),
  );
  return [first, ...(end < 0 ? below : below.slice(0, end)).slice(0, 4)].join(' ');
}

/** eslint names the file once, above its lines. */
function withFile(lines: readonly string[], at: number, text: string): string {
  const file = lines.slice(0, at).findLast((line) => /^\S/.test(line)) ?? '';
  const [place = '', , ...rest] = text.split(' ');
  return `${file === '' ? '' : `${file.split(/[\\/]/).slice(-2).join('/')}:`}${place} ${rest.join(' ')}`;
}

const PLACE = /((?:[\w.@+~-]*[\\/])*[\w.@+-]+\.[A-Za-z]\w{0,5}):(\d+)|File "([^"]+)", line (\d+)/;
const FOREIGN =
  /node_modules|org\.junit|\/usr\/(?:lib|local)\/|node:internal|\bnode:|site-packages|dist-packages|\/rustc\/|<frozen|\/src\/(?:testing|runtime)\//;

/** The nearest place in a file of the project, below the message or else above it. */
function placeNear(lines: readonly string[], at: number): string {
  const near = [...lines.slice(at, at + NEAR), ...lines.slice(Math.max(0, at - NEAR), at).reverse()];
  for (const line of near) {
    const found = FOREIGN.test(line) ? null : PLACE.exec(line);
    if (found === null) continue;
    const file = (found[1] ?? found[3] ?? '').split(/[\\/]/).slice(-2).join('/');
    return `${file}:${found[2] ?? found[4] ?? ''}`;
  }
  return '';
}

/** The last line that doesn't only count or repeat. */
function lastOf(lines: readonly string[]): string {
  const some = lines.filter((line) => /[\p{L}\p{N}]/u.test(line));
  return cut(plainLine(some.findLast((line) => !REPEATS.test(line)) ?? some.at(-1) ?? ''));
}

function cut(text: string, place = ''): string {
  const behind = place === '' || text.includes(place) ? '' : ` (${place})`;
  return `${cutText(text, LONGEST - behind.length, '...')}${behind}`;
}
