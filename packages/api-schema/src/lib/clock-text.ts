import type { ClockState } from '@verimeter/telemetry';
import type { Language } from './language.ts';

/** What is said of a clock. Seconds; positive is ahead. */
export interface ClockFacts {
  readonly state: ClockState;
  readonly offsetSeconds: number | null;
  readonly ratePerDay: number | null;
  readonly zoneMinutes: number | null;
  readonly intervalSeconds: number | null;
  readonly jumps: number | null;
}

interface Sentence {
  readonly text: string;
  readonly action: string | null;
}

interface Values {
  /** Size of the offset, in words. */
  readonly offset: string;
  readonly isAhead: boolean;
  readonly zone: string;
  readonly interval: string;
  readonly rate: string;
  readonly jumps: string;
  readonly hasOffset: boolean;
}

type Sentences = Readonly<Record<ClockState, (values: Values) => Sentence>>;

const EN: Sentences = {
  ok: ({ offset, isAhead, hasOffset }) => ({
    text:
      hasOffset && !isAhead
        ? `No fault is seen. Its messages come up to ${offset} after their time: the clock may be behind by as much, or the device waits before it sends.`
        : 'No fault is seen.',
    action: null,
  }),
  ahead: ({ offset }) => ({
    text: `Ahead by at least ${offset}: its messages come before their time. Readings with a future time are kept, and count when that time has come.`,
    action: 'Set the clock.',
  }),
  behind: ({ offset }) => ({
    text: `Behind by about ${offset}: all its messages come as late, one by one. A gateway that holds each of them back for as long would look the same.`,
    action: 'Compare the clock with the true time, and set it; else look at the gateway.',
  }),
  wrong_zone: ({ offset, isAhead, zone }) => ({
    text: isAhead
      ? `Ahead by ${offset}: looks like local time (UTC${zone}) sent as UTC.`
      : `Behind by ${offset}: looks like UTC sent as local time (UTC${zone.replace('-', '+')}), or local time (UTC${zone}) sent as UTC.`,
    action:
      'Set the time zone in the device or gateway: send UTC with Z, or local time with its offset.',
  }),
  interval_shift: ({ interval, isAhead }) => ({
    text: isAhead
      ? `Stamped one interval (${interval}) too late: the time looks like the end of the interval that has just begun.`
      : `Stamped one interval (${interval}) too early: the time looks like the beginning of the interval, not its end. A device that sends each reading one interval later would look the same.`,
    action:
      'Have register readings stamped with the moment at which they were taken: the end of the interval.',
  }),
  drifting: ({ rate, offset, isAhead }) => ({
    text: `The clock ${isAhead ? 'is ahead' : 'is behind'} by ${offset} and changes by ${rate} s per day.`,
    action: 'Have the clock synchronised (NTP, or by the head-end); replace it if it goes on.',
  }),
  jumping: ({ jumps }) => ({
    text: `The clock was set ${jumps} times in two weeks, by different amounts.`,
    action:
      'Look for two sources of time that contradict each other, or a clock that loses its time when the power fails.',
  }),
  unset: ({ offset, hasOffset }) => ({
    text: hasOffset
      ? `The clock has lost its time: it is behind by ${offset}. The device itself is alive.`
      : 'The clock has lost its time: its stamps lie before 2005, so that its readings cannot be stored. The device itself is alive.',
    action:
      'Set the clock and replace its battery. What was rejected is in quarantine and cannot be given its true time.',
  }),
  buffered: () => ({
    text: 'Messages come late, by varying amounts or several readings at once. That is the transport, not the clock; a clock that is behind would not show.',
    action: null,
  }),
  no_own_time: () => ({
    text: 'The messages carry no time of their own: the time of arrival counts.',
    action: null,
  }),
  unknown: () => ({ text: 'Too little was seen to tell: it takes up to a day.', action: null }),
};

const VI: Sentences = {
  ok: ({ offset, isAhead, hasOffset }) => ({
    text:
      hasOffset && !isAhead
        ? `Không thấy lỗi. Bản tin đến sau thời điểm ghi tối đa ${offset}: đồng hồ có thể chậm chừng đó, hoặc thiết bị chờ trước khi gửi.`
        : 'Không thấy lỗi.',
    action: null,
  }),
  ahead: ({ offset }) => ({
    text: `Nhanh ít nhất ${offset}: bản tin đến trước thời điểm ghi trong đó. Số liệu ở tương lai được lưu và chỉ được tính khi đến thời điểm ấy.`,
    action: 'Chỉnh lại đồng hồ.',
  }),
  behind: ({ offset }) => ({
    text: `Chậm khoảng ${offset}: mọi bản tin đều đến trễ như nhau, từng bản một. Nếu gateway giữ mỗi bản tin lâu như vậy thì cũng thấy giống thế.`,
    action: 'So đồng hồ với giờ đúng và chỉnh lại; nếu đồng hồ đúng thì kiểm tra gateway.',
  }),
  wrong_zone: ({ offset, isAhead, zone }) => ({
    text: isAhead
      ? `Nhanh ${offset}: có vẻ giờ địa phương (UTC${zone}) được gửi như giờ UTC.`
      : `Chậm ${offset}: có vẻ giờ UTC được gửi như giờ địa phương (UTC${zone.replace('-', '+')}), hoặc giờ địa phương (UTC${zone}) được gửi như giờ UTC.`,
    action:
      'Đặt lại múi giờ trong thiết bị hoặc gateway: gửi giờ UTC với Z, hoặc giờ địa phương kèm độ lệch.',
  }),
  interval_shift: ({ interval, isAhead }) => ({
    text: isAhead
      ? `Thời điểm ghi muộn một chu kỳ (${interval}): có vẻ là cuối của chu kỳ vừa bắt đầu.`
      : `Thời điểm ghi sớm một chu kỳ (${interval}): có vẻ là đầu chu kỳ chứ không phải cuối chu kỳ. Thiết bị gửi mỗi số liệu chậm một chu kỳ cũng thấy giống thế.`,
    action: 'Ghi thời điểm chốt chỉ số là lúc đọc: cuối chu kỳ.',
  }),
  drifting: ({ rate, offset, isAhead }) => ({
    text: `Đồng hồ ${isAhead ? 'nhanh' : 'chậm'} ${offset} và thay đổi ${rate} s mỗi ngày.`,
    action: 'Cho đồng bộ đồng hồ (NTP hoặc từ trung tâm); nếu vẫn vậy thì thay đồng hồ.',
  }),
  jumping: ({ jumps }) => ({
    text: `Đồng hồ đã bị đổi ${jumps} lần trong hai tuần, mỗi lần một mức khác nhau.`,
    action: 'Tìm hai nguồn thời gian mâu thuẫn nhau, hoặc đồng hồ mất giờ khi mất điện.',
  }),
  unset: ({ offset, hasOffset }) => ({
    text: hasOffset
      ? `Đồng hồ đã mất giờ: chậm ${offset}. Thiết bị vẫn hoạt động.`
      : 'Đồng hồ đã mất giờ: thời điểm ghi trước năm 2005 nên không lưu được số liệu. Thiết bị vẫn hoạt động.',
    action:
      'Đặt lại giờ và thay pin đồng hồ. Số liệu bị từ chối nằm trong mục cách ly và không thể khôi phục thời điểm đúng.',
  }),
  buffered: () => ({
    text: 'Bản tin đến trễ, lúc nhiều lúc ít hoặc gộp nhiều số liệu. Đó là do đường truyền, không phải đồng hồ; đồng hồ chậm sẽ không thấy được.',
    action: null,
  }),
  no_own_time: () => ({
    text: 'Bản tin không mang thời gian riêng: lấy thời điểm đến.',
    action: null,
  }),
  unknown: () => ({ text: 'Chưa đủ để kết luận: cần đến một ngày.', action: null }),
};

/** What is said of a clock, and what to do about it. */
export function clockText(facts: ClockFacts, language: Language): Sentence {
  const { state, offsetSeconds, zoneMinutes, intervalSeconds, ratePerDay, jumps } = facts;
  const offset = Math.abs(offsetSeconds ?? 0);
  // of a right clock only what the device may wait is worth a word
  const isWorthSaying = offsetSeconds !== null && (state !== 'ok' || 2 * offset >= 120);
  const size = state === 'ok' ? 2 * offset : offset;
  return (language === 'vi' ? VI : EN)[state]({
    offset: durationText(size, language),
    isAhead: (offsetSeconds ?? 0) > 0,
    hasOffset: isWorthSaying,
    zone: zoneText(zoneMinutes ?? 0),
    interval: durationText(intervalSeconds ?? 0, language),
    rate: number(ratePerDay ?? 0, 1, language),
    jumps: String(jumps ?? 0),
  });
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `+07:00` */
export function zoneText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const UNITS: readonly (readonly [seconds: number, en: string, vi: string])[] = [
  [365.25 * 86_400, 'years', 'năm'],
  [86_400, 'days', 'ngày'],
  [3600, 'h', 'giờ'],
  [60, 'min', 'phút'],
];

/** In the largest unit of which there are two, to one decimal: 42 s, 15 min, 7 h, 3.5 days. */
export function durationText(seconds: number, language: Language): string {
  const unit = UNITS.find(([size]) => seconds >= 2 * size);
  if (unit === undefined) return `${number(seconds, 0, language)} s`;
  const [size, en, vi] = unit;
  return `${number(seconds / size, 1, language)} ${language === 'vi' ? vi : en}`;
}

const number = (value: number, digits: number, language: Language): string =>
  new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
