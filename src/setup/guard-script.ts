/** Variables of git's config (local) that the guard asks for. */
export const GUARDED_BASE = 'kanban.guard';
export const GUARDED_REMOTE = 'kanban.guardRemote';

/** What a hook that calls the guard contains; a file with it has the guard. */
export const GUARD_MARK = 'kanban/guard';

/** The line that a pre-push hook of the user's needs: it does nothing in a clone without the guard. */
export const GUARD_LINE =
  'guard="$(git rev-parse --git-common-dir)/kanban/guard"; if [ -f "$guard" ]; then . "$guard"; fi';

/** A pre-push hook where there is none. */
export const GUARD_HOOK = `#!/bin/sh
# Written by kanban init --guard. Off: git config --unset ${GUARDED_BASE}
${GUARD_LINE}
# A pre-push hook of your own goes into a file beside this one: pre-push.local
if [ -x "$0.local" ]; then exec "$0.local" "$@"; fi
`;

/**
 * The guard: POSIX sh, sourced by a pre-push hook (githooks(5), "pre-push": the remote's name and URL as arguments; on
 * stdin `<local ref> SP <local sha> SP <remote ref> SP <remote sha>` a line). It ends the hook with 1 if base would move
 * to what the queue did not make, and hands stdin on to the rest of the hook.
 *
 * A commit is the queue's if it has a Kanban-* trailer or a subject that begins with `kanban: `; a push that is forced
 * over commits never is. On purpose = \`KANBAN_PUSH=<base>\`, for a hook does not see the command. Reading the command
 * line of the parent process was rejected: editors name every branch that they push, agents do by habit, and there is no
 * one way to read it on Linux, macOS and in containers without ps.
 */
export const GUARD_SCRIPT = `# The guard of base; written by kanban init --guard, read by the pre-push hook. Off: git config --unset ${GUARDED_BASE}
kanban_pushed=$(cat)

kanban_refuse() {
  printf 'kanban: not pushed: %s on %s %s; to do it on purpose: KANBAN_PUSH=%s git push %s %s\\n' \\
    "$kanban_base" "$1" "$2" "$kanban_base" "$1" "$kanban_base" >&2
}

kanban_guard() {
  kanban_base=$(git config --get ${GUARDED_BASE}) || return 0
  [ "\${KANBAN_PUSH-}" != "$kanban_base" ] || return 0
  kanban_remote=$(git config --get ${GUARDED_REMOTE}) || kanban_remote=
  if [ -n "$kanban_remote" ] && [ "$1" != "$kanban_remote" ]; then
    kanban_url=$(git remote get-url --push "$kanban_remote" 2>/dev/null) || kanban_url=
    [ "$2" = "$kanban_url" ] || return 0
  fi
  while read -r kanban_from kanban_new kanban_ref kanban_old; do
    [ "$kanban_ref" = "refs/heads/$kanban_base" ] || continue
    case $kanban_new in *[!0]*) ;; *) continue ;; esac
    case $kanban_old in *[!0]*) ;; *) continue ;; esac
    if ! git merge-base --is-ancestor "$kanban_old" "$kanban_new" 2>/dev/null; then
      kanban_refuse "$1" 'would lose commits that are there'
      return 1
    fi
    kanban_foreign=$(git rev-list --first-parent --max-count=1 --basic-regexp --invert-grep \\
      --grep='^kanban: ' --grep='^Kanban-[A-Za-z]*: ' "$kanban_new" "^$kanban_old") || kanban_foreign=$kanban_new
    if [ -n "$kanban_foreign" ]; then
      kanban_name=$(git log -1 --no-show-signature --no-color --format='%h %s' "$kanban_foreign" | tr -d '[:cntrl:]')
      kanban_refuse "$1" "would get \\"$kanban_name\\", which did not come through the merge queue"
      return 1
    fi
  done <<KANBAN_PUSHED
$kanban_pushed
KANBAN_PUSHED
}

kanban_guard "\${1-}" "\${2-}" || exit 1
# What comes behind this in the hook finds on its standard input what git has written there.
if [ -n "$kanban_pushed" ]; then
  exec <<KANBAN_PUSHED
$kanban_pushed
KANBAN_PUSHED
else
  exec </dev/null
fi
`;
