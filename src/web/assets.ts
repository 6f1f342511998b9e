import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  /** `no-store`, or for ever: the name of an asset has a hash of its content. */
  readonly cache: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

/** Browsers ask for it by themselves, whatever icon the page names. */
const FAVICON = '/favicon.ico';

/**
 * The page as it was built, by path: `/`, `/assets/…` and `/favicon.ico`. Read once: a path of a request is looked up here and never opened.
 * @param folder absolute
 */
export function readAssets(folder: string): ReadonlyMap<string, Asset> {
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const bytes = readFileSync(join(folder, name));
      const isPage = name === 'index.html';
      const cache = isPage ? 'no-store' : 'public, max-age=31536000, immutable';
      const asset = { type, cache, bytes, gzipped: gzipSync(bytes) };
      const icon: [string, Asset][] = name.endsWith('.svg') ? [[FAVICON, { ...asset, cache: 'no-store' }]] : [];
      return [[isPage ? '/' : `/assets/${name}`, asset], ...icon];
    }),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
