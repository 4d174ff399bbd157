import type { Message } from '../../client/index.ts';

export interface QuoteProps {
  quoted: NonNullable<Message['replyTo']>;
  /** Whether that message is on the page. */
  isShown: boolean;
}

/** The beginning of the message that is answered; leads to it where that is possible. */
export function Quote({ quoted: { seq, participant, text }, isShown }: QuoteProps) {
  const words = text ? (
    <>
      <b dir="auto">{participant.username}</b> <span dir="auto">{text}</span>
    </>
  ) : (
    'This message was deleted.'
  );
  if (!isShown) return <div class="quote">{words}</div>;
  return (
    <button
      type="button"
      class="bare quote"
      title="Show this message"
      onClick={(click) => show(click.currentTarget, seq)}
    >
      {words}
    </button>
  );
}

function show(quote: Element, seq: number): void {
  const original = quote.closest('[role=log]')?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  original?.scrollIntoView({ block: 'center', behavior: 'smooth' });
  original?.focus({ preventScroll: true });
}
