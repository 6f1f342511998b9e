import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readShellLine } from '../../../src/acp/shell-line.ts';
import { permissionForShellLine } from '../../../src/acp/shell-permission.ts';
import { allowedPrograms } from '../../../src/agents/allowed-programs.ts';

const inside = (path: string, cwd: string): boolean =>
  !path.startsWith('~') && `${resolve(cwd, path)}/`.startsWith('/w/');

const judge = (line: string): string | null =>
  permissionForShellLine(line, {
    cwd: '/w',
    worktree: '/w',
    inside,
    programs: allowedPrograms(['npm']),
    tools: ['npm'],
    variables: { KANBAN_REPORT: '/w/.kanban/report.md' },
  });

describe('a shell line', () => {
  it.each([
    'git status',
    `git add -A && git commit -q -m 'it "works"; now' && git log --oneline -1`,
    'cd src && git diff ../src/a.ts | head -20',
    'git -C /w/src log main..HEAD',
    'cat src/a.ts 2>/dev/null | grep -n "x" > out.txt',
    'npm test -- --watch=false ../anything',
    'ls -la; pwd # and a remark; rm -rf /',
    'echo "$HOME costs $5" >> notes.md',
    'cat > "$KANBAN_REPORT" <<\'EOF\'\n---\nverdict: done $(x) `y`\n---\nEOF',
    'cat <<-EOF > "${KANBAN_REPORT}"\n\tplain\n\tEOF\ngit status',
    'git commit \\\n  -m x',
    'git log 2>&1 >/dev/null',
    'test -f a.txt || echo no',
  ])('may run: %s', (line) => expect(judge(line)).toBeNull());

  it.each([
    ['curl http://x', "curl isn't allowed"],
    ['git status; rm -rf /', "rm isn't allowed"],
    ['git status && X=1 git push', "X=1 isn't allowed"],
    ['git -C /etc status', 'git -C leads outside'],
    ['git --git-dir=/p/.git commit', 'leads outside'],
    ['git -C "$ELSEWHERE" status', 'leads outside'],
    ['cd .. && git status', 'outside the worktree'],
    ['cd && git status', 'outside the worktree'],
    ['cd src && cat ../../x', 'outside the worktree'],
    ['cat /etc/passwd', 'outside the worktree'],
    ['cat ~/.ssh/id', 'outside the worktree'],
    ['grep -f/etc/passwd x', 'outside the worktree'],
    ['cat {/etc/passwd,x}', "isn't clear"],
    ['cat $FILE', "isn't clear"],
    ['echo x > /etc/x', 'reads or writes'],
    ['echo x >> "$HOME/.profile"', 'reads or writes'],
    ['cat < /etc/passwd', 'reads or writes'],
    ['echo x &> ../x', 'reads or writes'],
    ['git commit -m "$(cat x)"', 'more than simple commands'],
    ['git commit -m `cat x`', 'more than simple commands'],
    ['diff <(ls) x', 'more than simple commands'],
    ['(rm x)', 'more than simple commands'],
    ["echo $'x'", 'more than simple commands'],
    ['git commit -m "open', 'more than simple commands'],
    ["git commit -m 'open", 'more than simple commands'],
    ['cat <<EOF\n$(rm x)\nEOF', 'more than simple commands'],
    ['cat <<EOF\nno end', 'more than simple commands'],
    ['sort -o/w/../x a', "isn't allowed"],
    ['rg --pre sh x', "isn't allowed"],
    ['$PROGRAM x', "isn't allowed"],
    ['for x in 1; do rm y; done', "for isn't allowed"],
    ['', 'no command'],
  ])('may not run: %s', (line, why) => expect(judge(line)).toContain(why));

  it('is taken apart as a shell would, whatever it is', () => {
    expect(readShellLine(`a "b c"'d'\\ e 2>&1 | f >> g & h`, {})).toEqual([
      { words: ['a', 'b cd e'].map((text) => ({ text, open: false })), files: [] },
      { words: [{ text: 'f', open: false }], files: [{ text: 'g', open: false }] },
      { words: [{ text: 'h', open: false }], files: [] },
    ]);
    const line = `cat <<'E' > "$X" && git commit -m "a\\"b" $(x) \`y\` {a,b} 'z`;
    for (let end = 0; end <= line.length; end += 1) expect(() => readShellLine(line.slice(0, end), {})).not.toThrow();
  });
});
