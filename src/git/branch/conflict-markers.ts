import { readPatch } from './patch.ts';

/**
 * The files of a patch (`git diff`, with the arguments `PATCH`) in which the three conflict markers stand in order in
 * added lines. A lone `=======` is a heading, and one kind of marker alone may be a text about merges.
 * @param sizeOf how many letters a marker has in a file (`conflict-marker-size`).
 */
export function filesWithMarkers(patch: string, sizeOf: (path: string) => number = () => 7): string[] {
  const found = new Set<string>();
  for (const { path, hunks } of readPatch(patch)) {
    const markers = markersOf(sizeOf(path));
    let seen = 0;
    for (const line of hunks.flatMap(({ added }) => added))
      if (markers.begin.test(line)) seen = 1;
      else if (markers.middle.test(line) && seen === 1) seen = 2;
      else if (markers.end.test(line) && seen === 2) {
        found.add(path);
        seen = 0;
      }
  }
  return [...found];
}

const markersOf = (size: number) => ({
  begin: new RegExp(`^<{${size}}( |\\r?$)`),
  middle: new RegExp(`^={${size}}( |\\r?$)`),
  end: new RegExp(`^>{${size}}( |\\r?$)`),
});

/** Does a file contain what may be markers? Cheap: most files contain none. */
export function hasMarkerLines(bytes: Buffer): boolean {
  const begin = bytes.indexOf(BEGIN);
  return begin >= 0 && bytes.indexOf(END, begin) >= 0;
}

const BEGIN = Buffer.from('<<<<<<<');
const END = Buffer.from('\n>>>>>>>');
