const DAY_US = 86_400e6;
/** Channels times days that are brought together, whatever of them changed. */
const CHANNEL_DAYS = 5000;

/** Whole days (UTC) of some channels, within one month. */
export interface ChannelSpan {
  readonly fromUs: number;
  /** Exclusive. */
  readonly untilUs: number;
  /** Ascending. */
  readonly channelIds: readonly number[];
}

const monthOf = (us: number): string => new Date(us / 1000).toISOString().slice(0, 7);

/**
 * Days that changed, by day, as few spans: where many days of the same channels changed it costs less to look at all of them, and those in
 * between, together than at each by itself.
 */
export function spansOfDays(
  days: readonly { readonly dayUs: number; readonly channelIds: readonly number[] }[],
): ChannelSpan[] {
  const spans: ChannelSpan[] = [];
  let open: { fromUs: number; untilUs: number; ids: Set<number> } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const ids = [...open.ids].toSorted((left, right) => left - right);
    const most = Math.max(1, Math.floor((CHANNEL_DAYS * DAY_US) / (open.untilUs - open.fromUs)));
    for (let k = 0; k < ids.length; k += most)
      spans.push({
        fromUs: open.fromUs,
        untilUs: open.untilUs,
        channelIds: ids.slice(k, k + most),
      });
    open = undefined;
  };
  for (const { dayUs, channelIds } of days) {
    const untilUs = dayUs + DAY_US;
    const together = new Set([...(open?.ids ?? []), ...channelIds]);
    const fits =
      open !== undefined &&
      monthOf(open.fromUs) === monthOf(dayUs) &&
      (together.size * (untilUs - open.fromUs)) / DAY_US <= CHANNEL_DAYS;
    if (!fits) close();
    open =
      fits && open !== undefined
        ? { fromUs: open.fromUs, untilUs, ids: together }
        : { fromUs: dayUs, untilUs, ids: new Set(channelIds) };
  }
  close();
  return spans;
}
