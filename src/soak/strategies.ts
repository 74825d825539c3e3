/** How a program opens clusters: `naive` is one open and one close a cycle, the others are the cures of KB814622. */
export const STRATEGIES = ['naive', 'cached-handle', 'gated', 'recycled-process'] as const;
