/** How opens follow each other: evenly, at random (exponential gaps), or several at once and then nothing. */
export const ARRIVALS = ['constant', 'poisson', 'bursty'] as const;
/** How hold times scatter around their mean: not at all, evenly from 0 to twice the mean, or exponentially. */
export const HOLDS = ['constant', 'uniform', 'exponential'] as const;
