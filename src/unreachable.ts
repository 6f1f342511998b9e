/** Closes a switch over a union: a member that is not handled fails the build here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
