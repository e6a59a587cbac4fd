/** What a child of `up` tells it. */
export type ChildMessage =
  | {
      readonly type: 'progress';
      readonly published: number;
      readonly total: number;
      readonly readingsPerSecond: number;
    }
  | { readonly type: 'registered'; readonly devices: number }
  | { readonly type: 'history'; readonly readings: number }
  | { readonly type: 'step'; readonly step: string }
  | { readonly type: 'analysed'; readonly devices: number; readonly groups: number };

/** The `up` that started this process, if one did. */
export interface ParentLink {
  readonly isChild: boolean;
  tell(message: ChildMessage): void;
  /** Lets this process end by itself: an open channel to the parent would keep it alive. */
  release(): void;
}

/**
 * The link to the parent. Where there is one, `onOrphaned` is called when it has ended, however it ended: a child
 * does not outlive it.
 */
export function linkToParent(onOrphaned: () => void): ParentLink {
  const isChild = process.send !== undefined;
  if (isChild) process.once('disconnect', onOrphaned);
  return {
    isChild,
    tell(message) {
      if (process.connected) process.send?.(message);
    },
    release() {
      process.off('disconnect', onOrphaned);
      if (process.connected) process.disconnect?.();
    },
  };
}
