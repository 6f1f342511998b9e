# The driven agent (`kind: command`): does what the test has laid down for it in $STEER, a folder outside the repository.
# It looks for a plan by `<task>.<role>.<time>`, `<task>.<role>`, `<role>`; the time counts the runs of that role, from 1.
n=1
until mkdir "$STEER/count/$KANBAN_TASK.$KANBAN_ROLE.$n" 2>/dev/null; do n=$((n + 1)); done
cat > "$STEER/prompts/$KANBAN_TASK.$KANBAN_ROLE.$n"
echo $$ > "$STEER/count/$KANBAN_TASK.$KANBAN_ROLE.$n/pid"

# save FILE TEXT: a line is appended
save() { mkdir -p "$(dirname "$1")" && printf '%s\n' "$2" >> "$1"; }
# commit [MESSAGE]
commit() { git add -A && git commit -q -m "${1:-work on $KANBAN_TASK}"; }
# report VERDICT [CHANGELOG]
report() {
  printf -- '---\nverdict: %s\n%s---\n%s\n' "$1" "${2:+changelog: $2
}" "${3:-The $KANBAN_ROLE of $KANBAN_TASK says $1.}" > "$KANBAN_REPORT"
}
# pause NAME: says that it is there and waits until the test says `go NAME`
pause() { : > "$STEER/at/$1"; until [ -e "$STEER/go/$1" ]; do sleep 0.05; done; }

for plan in "$KANBAN_TASK.$KANBAN_ROLE.$n" "$KANBAN_TASK.$KANBAN_ROLE" "$KANBAN_ROLE"; do
  if [ -e "$STEER/plans/$plan" ]; then . "$STEER/plans/$plan"; exit; fi
done
case "$KANBAN_ROLE" in
  task) save "$KANBAN_TASK.txt" "work $n" && commit && report done ;;
  reviewer) report ready ;;
  tester) report passed ;;
esac
