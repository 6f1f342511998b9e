import type { Check } from '../../finding.ts';

/** End of life by major version, as the Node.js project has set it. */
const ENDS: Readonly<Record<number, string>> = {
  18: '2025-04-30',
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
};

export const nodeEndOfLife: Check = {
  id: 'node-end-of-life',
  title: 'Node.js still gets fixes',
  why: 'It runs the coordinator, and the agents that are Node programs.',
  run({ node, today }) {
    const major = Number(node.split('.')[0]);
    // Odd majors live for half a year and are superseded by the next.
    const ends = ENDS[major % 2 === 0 ? major : major - 1];
    if (ends === undefined || (major % 2 === 0 && today <= ends)) return [];
    return [
      {
        level: 'info',
        message:
          major % 2 === 0 ? `Node.js ${node} has had no fixes since ${ends}.` : `Node.js ${node} gets no more fixes.`,
        fix: 'install Node.js 24',
      },
    ];
  },
};
