import { type InputFileOptions, withFile } from '../bytes/input-file.ts';
import { readPeVersion } from '../pe/version.ts';
import { isClusError } from '../status/errors.ts';
import { locate } from './directory.ts';
import { ARTICLE_FILES, type ArticleFile, type Fact, type FileFact, type FilePlace } from './evidence.ts';

export interface FileFactsOptions extends Pick<InputFileOptions, 'followLinks'> {
  /** A file that is missing is a fact too: of the directory that Windows runs from it says something, of its stores it does not. */
  readonly expectAll: boolean;
}

/** The article's files in one directory. What cannot be read is a fact with its problem. */
export function fileFacts(
  directory: string,
  place: FilePlace,
  source: string,
  options: FileFactsOptions,
): Fact<FileFact>[] {
  return ARTICLE_FILES.flatMap((name) => {
    const value = lookAt(directory, name, place, options);
    return value.absent && !options.expectAll ? [] : [{ value, source, timeMs: value.modifiedMs }];
  });
}

function lookAt(directory: string, name: ArticleFile, place: FilePlace, options: FileFactsOptions): FileFact {
  let known: FileFact = {
    name,
    place,
    path: `${directory}/${name}`,
    absent: false,
    version: null,
    size: null,
    modifiedMs: null,
    linkedMs: null,
    problem: null,
  };
  try {
    const path = locate(directory, name);
    if (path === null) return { ...known, absent: true, problem: 'there is no such file' };
    known = { ...known, path };
    return withFile(
      path,
      (file, { size, mtimeMs }) => {
        known = { ...known, size, modifiedMs: Math.round(mtimeMs) };
        const { fileVersion, linkedAtMs } = readPeVersion(file);
        const problem = fileVersion === null ? 'the file carries no version' : null;
        return { ...known, version: fileVersion, linkedMs: linkedAtMs, problem };
      },
      options,
    );
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { ...known, problem: error.message };
  }
}
