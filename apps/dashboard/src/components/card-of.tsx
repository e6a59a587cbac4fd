import type { ReactNode } from 'react';
import { ProblemNote, Skeleton } from './feedback.tsx';
import type { Resource } from '../lib/use-resource.ts';

interface CardOfProps<Data> {
  readonly title: string;
  readonly lead?: string;
  /** A way to all of what the card shows a part of. */
  readonly link?: { readonly href: string; readonly text: string };
  readonly resource: Resource<Data>;
  readonly className?: string;
  readonly children: (data: Data) => ReactNode;
}

/** A card that loads by itself: the others stand whatever becomes of it. */
export function CardOf<Data>(props: CardOfProps<Data>) {
  const { title, lead, link, resource, className, children } = props;
  return (
    <section className={className === undefined ? 'card' : `card ${className}`}>
      <div className="card-head">
        <h2>{title}</h2>
        {link !== undefined && <a href={link.href}>{link.text}</a>}
      </div>
      {lead !== undefined && <p className="hint">{lead}</p>}
      {resource.error !== undefined && (
        <ProblemNote error={resource.error} retry={resource.reload} />
      )}
      {resource.data === undefined
        ? resource.error === undefined && <Skeleton lines={4} />
        : children(resource.data)}
    </section>
  );
}
