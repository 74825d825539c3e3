import { statSync } from 'node:fs';
import { withFile } from '../bytes/input-file.ts';
import { readPeVersion } from '../pe/version.ts';
import { isClusError } from '../status/errors.ts';
import { locate } from './directory.ts';
import { ARTICLE_FILES, type ArticleFile, type Fact, type FileFact, type FilePlace } from './evidence.ts';

/**
 * The article's files in one directory. With `expectAll` a file that is missing is a fact too: of the directory that Windows runs
 * from it says something, of its stores it does not.
 */
export function fileFacts(directory: string, place: FilePlace, source: string, expectAll: boolean): Fact<FileFact>[] {
  return ARTICLE_FILES.flatMap((name) => {
    const path = locate(directory, name);
    if (path === null && !expectAll) return [];
    const value = path === null ? absentFile(name, place, `${directory}/${name}`) : presentFile(name, place, path);
    return [{ value, source, timeMs: value.modifiedMs }];
  });
}

function absentFile(name: ArticleFile, place: FilePlace, path: string): FileFact {
  return {
    name,
    place,
    path,
    version: null,
    size: null,
    modifiedMs: null,
    linkedMs: null,
    problem: 'there is no such file',
  };
}

function presentFile(name: ArticleFile, place: FilePlace, path: string): FileFact {
  const { size, mtimeMs } = statSync(path);
  const known = { name, place, path, size, modifiedMs: Math.round(mtimeMs) };
  try {
    const { fileVersion, linkedAtMs } = withFile(path, readPeVersion);
    return {
      ...known,
      version: fileVersion,
      linkedMs: linkedAtMs,
      problem: fileVersion === null ? 'the file carries no version' : null,
    };
  } catch (error) {
    if (!isClusError(error)) throw error;
    return { ...known, version: null, linkedMs: null, problem: error.message };
  }
}
