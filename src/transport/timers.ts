import { performance } from 'node:perf_hooks';
import * as timers from 'node:timers';

/**
 * The timers of Node.js as they are when this file is loaded: a test runner that fakes the timers of a program (vitest, Jest, sinon,
 * node:test) puts its own in their place later, and those stand still. Taken from the modules, since Jest can fake the globals first.
 */
export const { setImmediate, setTimeout, clearTimeout, setInterval, clearInterval } = { ...timers };

/** ms since 1970, steady. */
export const steadyNow = (
  (origin, now) => () =>
    origin + now()
)(performance.timeOrigin, performance.now.bind(performance));
