import { unitLabel, type ValidationRuleName } from '@verimeter/telemetry';
import { filled } from './evidence-text.ts';
import type { Language } from './language.ts';

type Template = Readonly<Record<Language, string>>;

/** Sentences by rule, in the form of those of evidence; `{value}` is what was found, `{expected}` what it was held against, `{unit}` that of the channel. */
const TEMPLATES: Readonly<Record<ValidationRuleName, Template>> = {
  spike: {
    en: '{value} stands out: the third highest of the weeks before is {expected}.',
    vi: 'Giá trị {value} vọt lên bất thường: mức cao thứ ba của các tuần trước là {expected}.',
  },
  high_usage: {
    en: '{value} {unit} in a day, against {expected} {unit} on average before.',
    vi: '{value} {unit} trong một ngày, trung bình trước đó là {expected} {unit}.',
  },
  low_usage: {
    en: 'Only {value} {unit} in a day, against {expected} {unit} on average before.',
    vi: 'Chỉ {value} {unit} trong một ngày, trung bình trước đó là {expected} {unit}.',
  },
  rating: {
    en: '{value} {unit} per hour, more than the {expected} {unit} per hour that the meter can pass.',
    vi: '{value} {unit} mỗi giờ, vượt mức tối đa {expected} {unit} mỗi giờ của thiết bị.',
  },
  range: {
    en: '{value} {unit} is outside of what the quantity can be (limit {expected} {unit}).',
    vi: '{value} {unit} nằm ngoài phạm vi có thể của đại lượng (giới hạn {expected} {unit}).',
  },
  error_code: {
    en: '{value} stands for an error of the instrument, not for a value.',
    vi: '{value} là mã lỗi của thiết bị, không phải giá trị đo.',
  },
  sum_check: {
    en: 'The register counted {value} {unit} in a day, the intervals add up to {expected} {unit}.',
    vi: 'Chỉ số tăng {value} {unit} trong một ngày, tổng các khoảng là {expected} {unit}.',
  },
  zero: {
    en: 'Nothing was counted in a day, against {expected} {unit} on average before.',
    vi: 'Không tiêu thụ trong một ngày, trung bình trước đó là {expected} {unit}.',
  },
  consecutive_zero: {
    en: 'Nothing has been counted for {value|whole} [hour|hours].',
    vi: 'Không tiêu thụ trong {value|whole} giờ liên tiếp.',
  },
  gap: {
    en: 'No reading for {value} [hour|hours]; one is usual every {expected} [hour|hours].',
    vi: 'Không có số đọc trong {value} giờ; thông thường cứ {expected} giờ có một số đọc.',
  },
  duplicate: {
    en: 'The reading was sent more than once.',
    vi: 'Số đọc được gửi nhiều lần.',
  },
  interval_size: {
    en: '{value} [second|seconds] since the reading before; {expected} [second is|seconds are] usual.',
    vi: 'Cách số đọc trước {value} giây; thông thường là {expected} giây.',
  },
  unit: {
    en: 'The unit {unit} does not fit: not to the quantity, or not to what the meter can pass.',
    vi: 'Đơn vị {unit} không phù hợp với đại lượng hoặc với mức tối đa của thiết bị.',
  },
  multiplier: {
    en: 'Everything is {value} [time|times] what it was before: a factor of {expected} was applied or left out.',
    vi: 'Mọi giá trị gấp {value} lần trước đó: hệ số {expected} đã được áp dụng hoặc bị bỏ sót.',
  },
  prolonged_estimation: {
    en: 'The values of {value|whole} [hour|hours] are estimates; more than {expected|whole} should not be.',
    vi: 'Giá trị của {value|whole} giờ là ước tính; không nên vượt quá {expected|whole} giờ.',
  },
  identical: {
    en: 'The same value {value} {unit} again and again.',
    vi: 'Giá trị {value} {unit} lặp lại liên tục.',
  },
  negative: {
    en: 'The register shows {value} {unit} against the reading before.',
    vi: 'Chỉ số thay đổi {value} {unit} so với số đọc trước.',
  },
  reverse_flow: {
    en: '{value} {unit} flowed back in a day.',
    vi: '{value} {unit} chảy ngược trong một ngày.',
  },
  register_event: {
    en: 'The register went from {expected} to {value} {unit}: see the events of registers.',
    vi: 'Chỉ số đi từ {expected} đến {value} {unit}: xem sự kiện của bộ đếm.',
  },
};

/** The sentence for an exception; the name of the rule where a value is missing. */
export function exceptionText(
  found: {
    readonly rule: ValidationRuleName;
    readonly value: number | null;
    readonly expected: number | null;
    readonly unit: string;
  },
  language: Language,
): string {
  const { rule, value, expected, unit } = found;
  return (
    filled(TEMPLATES[rule][language], { value, expected, unit: unitLabel(unit) }, language) ?? rule
  );
}
