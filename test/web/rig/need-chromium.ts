import { chromiumPath } from './chromium-path.ts';

/** Nothing is installed by a test. */
export default function needChromium(): void {
  if (chromiumPath() !== null) return;
  throw new Error(
    'these tests need chromium, and there is none on the PATH. Install it (Debian, Ubuntu: sudo apt-get install chromium), or name one: CHROMIUM=/path/to/chrome npm run test:web',
  );
}
