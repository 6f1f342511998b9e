/**
 * How often a property test tries.
 *
 * `npm test` runs each as often as it needs to find, as a rule, the faults it was written for. Each run of the tests uses
 * other random values, so more is tried from day to day. `KANBAN_TEST_RUNS=20 npm test` tries 20 times as often: after a
 * change of what a property is about, and before a release. The long forms of the random end-to-end tests are
 * `npm run prove` and `npm run test:crash`.
 * @param usual the number of tries without the variable.
 */
export const runs = (usual: number): number => Math.ceil(usual * FACTOR);

const FACTOR = Number(process.env['KANBAN_TEST_RUNS'] ?? 1);
