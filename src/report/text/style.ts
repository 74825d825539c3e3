/** How text for a terminal marks words; picocolors fits, and PLAIN marks nothing. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

const same = (text: string): string => text;

export const PLAIN: Style = { bold: same, dim: same, green: same, yellow: same, red: same };
