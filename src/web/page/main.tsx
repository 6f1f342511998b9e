import { options, render } from 'preact';
import { handleKeys } from './keys/handle-keys.ts';
import { Boundary } from './parts/boundary.tsx';
import { showHidden } from './parts/visible-node.ts';
import { Page } from './shell/page.tsx';
import { startApp } from './store/app.ts';
import { followWidth } from './store/density.ts';
import { routeOf } from './store/address.ts';
import { route } from './store/route.ts';
import { takeToken } from './store/token.ts';

function follow(): void {
  const hash = takeToken(location.hash);
  if (hash !== location.hash) history.replaceState(null, '', hash);
  route.value = routeOf(hash);
}

const others = { ...options };
options.vnode = (node) => {
  showHidden(node);
  others.vnode?.(node);
};
follow();
window.addEventListener('hashchange', follow);
window.addEventListener('popstate', follow);
handleKeys();
followWidth();
startApp();

const place = document.getElementById('page');
if (place !== null)
  render(
    <Boundary>
      <Page />
    </Boundary>,
    place,
  );
