/** Whether git allows this as the short name of a branch (git-check-ref-format(1)), as far as people come near it. */
export function isRefName(name: string): boolean {
  if (Array.from(name).some((letter) => letter <= ' ' || letter === '\u007f')) return false;
  if (/[~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$|^-/.test(name) || name === '@' || name === 'HEAD') return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}
