/** What pages and plots are painted with. */
export interface Palette {
  readonly page: string;
  readonly text: string;
  /** Of less importance, and still read: 4.5 to 1 against the page, as all text (WCAG 2.1, 1.4.3). */
  readonly quiet: string;
  readonly grid: string;
  readonly good: string;
  readonly bad: string;
  readonly unclear: string;
  /** Ports by state: areas and signs, 3 to 1 against the page (WCAG 2.1, 1.4.11). */
  readonly leaked: string;
  readonly inUse: string;
  readonly closing: string;
  readonly recycled: string;
}

export const LIGHT: Palette = {
  page: '#ffffff',
  text: '#1c1e21',
  quiet: '#555b61',
  grid: '#d4d8dc',
  good: '#2c6b2c',
  bad: '#a3281e',
  unclear: '#855600',
  leaked: '#a3281e',
  inUse: '#2f5d9e',
  closing: '#b97f10',
  recycled: '#6b9a6b',
};

export const DARK: Palette = {
  page: '#15181b',
  text: '#e6e8ea',
  quiet: '#a3abb2',
  grid: '#363d43',
  good: '#7fc97f',
  bad: '#ff8a7d',
  unclear: '#f0b95a',
  leaked: '#e0574a',
  inUse: '#6ea0e8',
  closing: '#d9a441',
  recycled: '#77a877',
};

/** The rules for a light screen and for paper, then those for a dark screen. */
export function inBothSchemes(rules: (palette: Palette) => string): string {
  return `${rules(LIGHT)}\n@media screen and (prefers-color-scheme: dark) {\n${rules(DARK)}\n}`;
}
