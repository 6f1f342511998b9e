import type * as adapter from '@atlaskit/pragmatic-drag-and-drop/element/adapter';

type Library = typeof adapter;
let library: Promise<Library> | null = null;

/** Uses the library as soon as it is here: the first look at the board does not wait for it. @returns ends what was begun */
export function withDragAndDrop(begin: (library: Library) => () => void): () => void {
  let end: (() => void) | null = null;
  let hasEnded = false;
  library ??= import('@atlaskit/pragmatic-drag-and-drop/element/adapter');
  void library.then((loaded) => {
    if (!hasEnded) end = begin(loaded);
  });
  return () => {
    hasEnded = true;
    end?.();
  };
}
