import { BoardView } from '../board/board-view.tsx';
import { NeedsYou } from '../board/needs-you.tsx';
import { Dialogs } from '../dialogs/dialogs.tsx';
import { EntryPanel } from '../entry/entry-panel.tsx';
import { PAGES } from '../messages.ts';
import { Boundary } from '../parts/boundary.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Picture } from '../parts/pictures.tsx';
import { board, problems } from '../store/app.ts';
import { route } from '../store/route.ts';
import { ticket, token } from '../store/token.ts';
import { Banners, Notices } from './banners.tsx';
import { Footer } from './footer.tsx';
import { Header, VIEW_NAME, Views } from './header.tsx';
import { Toasts } from './toasts.tsx';

const GraphView = lazy(async () => (await import('../graph/graph-view.tsx')).GraphView);
const QueueView = lazy(async () => (await import('../queue/queue-view.tsx')).QueueView);
const RunsView = lazy(async () => (await import('../runs/runs-view.tsx')).RunsView);
const MetricsView = lazy(async () => (await import('../metrics/metrics-view.tsx')).MetricsView);

export function Page() {
  if (token.value === null)
    return (
      <main class="alone">
        {ticket.value === 'exchanging' ? (
          <p class="waiting">{PAGES.connecting}</p>
        ) : (
          <Picture name="token" {...(ticket.value === 'refused' ? PAGES.ticketRefused : PAGES.noToken)} />
        )}
      </main>
    );
  return (
    <div class={`app${route.value.entry === null ? '' : ' has-entry'}`}>
      <Header />
      <div class="attention">
        <Boundary>
          <Banners />
          <NeedsYou />
          <Notices />
        </Boundary>
      </div>
      <main class="view" tabIndex={-1}>
        <h1 class="unseen">{VIEW_NAME[route.value.view]}</h1>
        <Boundary>
          <Main />
        </Boundary>
      </main>
      <Boundary>
        <EntryPanel />
      </Boundary>
      <Footer />
      <div class="bottom-nav">
        <Views />
      </div>
      <Boundary>
        <Dialogs />
      </Boundary>
      <Toasts />
    </div>
  );
}

function Main() {
  if (board.head.value === null) return <Waiting />;
  switch (route.value.view) {
    case 'graph':
      return <GraphView />;
    case 'queue':
      return <QueueView />;
    case 'runs':
      return <RunsView />;
    case 'metrics':
      return <MetricsView />;
    default:
      return <BoardView />;
  }
}

function Waiting() {
  const found = problems.value;
  if (found.length === 0) return <p class="waiting">{PAGES.connecting}</p>;
  return (
    <Picture name="unreadable" title={PAGES.unreadable.title} text={PAGES.unreadable.textNone}>
      <pre class="problem">
        {found.map(({ message, fix }) => [message, fix].filter(Boolean).join('\n')).join('\n\n')}
      </pre>
    </Picture>
  );
}
