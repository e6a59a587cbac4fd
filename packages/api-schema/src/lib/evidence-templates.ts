import type { Language } from './language.ts';

/**
 * Sentences by evidence code. `{name}` is a value as it is (numbers to three decimals), `{name|percent}` and
 * `{name|signed}` a ratio in percent, `{name|whole}` a number without decimals. Ratios are those of
 * e = (indicated - actual) / actual, or of a share.
 */
export const EVIDENCE_TEMPLATES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  balance: {
    en: 'The energy balance of the area determines the error of this meter to ±{data_sd|percent} (one standard deviation).',
    vi: 'Cân bằng điện năng của khu vực xác định sai số của công tơ này đến ±{data_sd|percent} (một độ lệch chuẩn).',
  },
  step: {
    en: 'The error changed by {size|signed} at once, about {start_day|whole} days after the start of the data.',
    vi: 'Sai số thay đổi đột ngột {size|signed}, khoảng {start_day|whole} ngày sau khi bắt đầu có dữ liệu.',
  },
  ramp: {
    en: 'The error has been growing since about {start_day|whole} days after the start of the data and has reached {size|signed}.',
    vi: 'Sai số tăng dần từ khoảng {start_day|whole} ngày sau khi bắt đầu có dữ liệu và đã đạt {size|signed}.',
  },
  constant: {
    en: 'The error of {size|signed} was there from the start of the data.',
    vi: 'Sai số {size|signed} đã có từ khi bắt đầu có dữ liệu.',
  },
  register_frozen: {
    en: 'The register has not moved for {days|whole} days; before, the mean load was {mean_watts|whole} W.',
    vi: 'Chỉ số không thay đổi trong {days|whole} ngày; trước đó tải trung bình là {mean_watts|whole} W.',
  },
  small_load: {
    en: 'With a mean load of {mean_watts|whole} W the steps of the register hide the error of this meter.',
    vi: 'Với tải trung bình {mean_watts|whole} W, bước nhảy của chỉ số che khuất sai số của công tơ này.',
  },
  not_estimable: {
    en: 'The readings of this area cannot be balanced: {reason}.',
    vi: 'Không thể lập cân bằng điện năng từ số liệu của khu vực này: {reason}.',
  },
  lot: {
    en: 'The lot of this meter errs as a whole, by {mean|signed} on average.',
    vi: 'Cả lô của công tơ này có sai số, trung bình {mean|signed}.',
  },
  clock_offset: {
    en: "The meter's clock is off by about {seconds|whole} seconds against the supply meter.",
    vi: 'Đồng hồ của công tơ lệch khoảng {seconds|whole} giây so với công tơ tổng.',
  },
  not_in_supply: {
    en: 'The energy of this meter does not appear in the supply of its group: it may be filed in the wrong group.',
    vi: 'Điện năng của công tơ này không có trong nguồn cấp của nhóm: có thể công tơ bị ghi nhầm nhóm.',
  },
  candidate: {
    en: 'Energy that is missing from the balance of a group follows the load of this meter: it may be fed from there.',
    vi: 'Điện năng thiếu trong cân bằng của một nhóm biến thiên theo tải của công tơ này: có thể công tơ được cấp từ nhóm đó.',
  },
  misfiled_meter: {
    en: 'Meter {device_id} is listed in this group, but its energy is not in the supply; it was left out and the rest estimated.',
    vi: 'Công tơ {device_id} có trong danh sách nhóm nhưng điện năng của nó không có trong nguồn cấp; công tơ này bị loại ra và phần còn lại được ước lượng.',
  },
  completeness: {
    en: '{share|percent} of the intervals of the group are complete.',
    vi: '{share|percent} số khoảng thời gian của nhóm có đủ dữ liệu.',
  },
  loss: {
    en: 'The loss between supply and consumers is {share|percent} of the supply.',
    vi: 'Tổn thất giữa nguồn cấp và các hộ tiêu thụ là {share|percent} nguồn cấp.',
  },
  limit_assumed: {
    en: 'The accuracy class is not known; a limit of {limit|percent} was assumed.',
    vi: 'Không rõ cấp chính xác; giả định giới hạn {limit|percent}.',
  },
  no_second_measurement: {
    en: 'Nothing measures the same flow a second time, so an error could not be seen.',
    vi: 'Không có phép đo thứ hai cho cùng một dòng, nên không thể thấy sai số.',
  },
  not_estimated_yet: {
    en: 'Readings of this kind of device are stored and shown; its errors are not estimated yet.',
    vi: 'Số liệu của loại thiết bị này được lưu và hiển thị; sai số chưa được ước lượng.',
  },
};
