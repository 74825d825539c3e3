/** A UTC time in the time zone of this machine, with its offset: `2003-03-18 22:33 +01:00`. */
export function localTime(utc: string): string {
  const date = new Date(utc);
  const offset = -date.getTimezoneOffset();
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())} ${zone}`;
}
