import type { Language } from './language.ts';

/** Sentences of what a single meter's own channels, events and consumption show. */
export const DEVICE_CHECK_TEMPLATES: Readonly<Record<string, Readonly<Record<Language, string>>>> =
  {
    phase_neutral: {
      en: 'For {hours|whole} [hour|hours], first at {at}, the neutral conductor carried {size|signed} of the larger current more than the phases (negative: less), always in one direction. Current passes one of the two inputs by, or one of them errs; which one is not told. Look for a bypass, a foreign neutral or earth, and a current transformer.',
      vi: 'Trong {hours|whole} giờ, lần đầu lúc {at}, dây trung tính mang dòng lớn hơn các pha {size|signed} so với dòng lớn hơn (số âm: nhỏ hơn), luôn cùng một chiều. Có dòng đi vòng qua một trong hai ngõ đo, hoặc một ngõ đo sai; không thể biết ngõ nào. Kiểm tra đấu tắt, trung tính hoặc nối đất lạ, và biến dòng.',
    },
    power_product: {
      en: 'Over {days|whole} [day|days] from {at} the active power differs by {size|signed} from voltage times current times power factor (standard error {standard_error|percent}). One of these channels of the meter is wrong, or a multiplier; which one is not told.',
      vi: 'Trong {days|whole} ngày từ {at}, công suất tác dụng lệch {size|signed} so với tích điện áp, dòng điện và hệ số công suất (sai số chuẩn {standard_error|percent}). Một trong các kênh này của công tơ sai, hoặc sai hệ số nhân; không thể biết kênh nào.',
    },
    power_over_apparent: {
      en: 'Over {days|whole} [day|days] from {at} the active power is larger by {size|signed} than voltage times current, which no power factor explains (standard error {standard_error|percent}). A current or voltage channel shows too little, or power too much.',
      vi: 'Trong {days|whole} ngày từ {at}, công suất tác dụng lớn hơn {size|signed} so với tích điện áp và dòng điện, không hệ số công suất nào giải thích được (sai số chuẩn {standard_error|percent}). Kênh dòng hoặc áp chỉ thiếu, hoặc công suất chỉ thừa.',
    },
    energy_power: {
      en: 'Over {days|whole} [day|days] from {at} the register counted {size|signed} against the sum of the active power (standard error {standard_error|percent}). The register or the power is wrong, or a multiplier; which one is not told.',
      vi: 'Trong {days|whole} ngày từ {at}, chỉ số đếm lệch {size|signed} so với tổng công suất tác dụng (sai số chuẩn {standard_error|percent}). Chỉ số hoặc công suất sai, hoặc sai hệ số nhân; không thể biết bên nào.',
    },
    phase_voltage_lost: {
      en: 'Phase L{phase|whole} had no voltage at the meter for {hours|whole} [hour|hours], first at {at}, while another phase had, or current flowed. What flows in this phase is not counted. Look at the voltage link, the terminals and the fuse.',
      vi: 'Pha L{phase|whole} không có điện áp tại công tơ trong {hours|whole} giờ, lần đầu lúc {at}, trong khi pha khác có, hoặc vẫn có dòng điện. Điện năng của pha này không được đếm. Kiểm tra cầu nối áp, đầu cực và cầu chì.',
    },
    phase_current_lost: {
      en: 'Phase L{phase|whole}, which always carried current before, has carried none for {days|whole} [day|days] since {at}, while other phases do. A load that was taken off this phase looks the same.',
      vi: 'Pha L{phase|whole} trước đây luôn có dòng, nay không có dòng trong {days|whole} ngày từ {at}, trong khi các pha khác vẫn có. Tải được chuyển khỏi pha này cũng cho thấy như vậy.',
    },
    creep: {
      en: 'While the meter showed no current, {hours|whole} [hour|hours] in all from {at}, its register counted {watts} W on average; resolution and load between the samples explain at most {explained} W.',
      vi: 'Khi công tơ không chỉ dòng điện, tổng cộng {hours|whole} giờ từ {at}, chỉ số vẫn đếm trung bình {watts} W; độ phân giải và tải giữa các mẫu giải thích tối đa {explained} W.',
    },
    frozen_values: {
      en: 'The channel {quantity} showed exactly {value} for {hours|whole} [hour|hours] from {at}; its own resolution does not explain that. The channel stands still, or old values are sent again.',
      vi: 'Kênh {quantity} chỉ đúng {value} trong {hours|whole} giờ từ {at}; độ phân giải của kênh không giải thích được. Kênh bị đứng, hoặc giá trị cũ được gửi lại.',
    },
    export_day_and_night: {
      en: 'About {kwh} kWh a day are fed back in all hours of the day and night, on {days|whole} [day|days] from {at}: no roof does that. Look for a phase or a current transformer that is connected the wrong way round; a battery or a generator looks the same.',
      vi: 'Khoảng {kwh} kWh mỗi ngày được phát ngược ở mọi giờ ngày và đêm, trong {days|whole} ngày từ {at}: không phải điện mặt trời. Kiểm tra pha hoặc biến dòng bị đấu ngược; pin lưu trữ hoặc máy phát cũng cho thấy như vậy.',
    },
    register_backwards: {
      en: 'The import register has run backwards by {kwh} kWh in {days|whole} [day|days] since {at}, more than it ran forwards.',
      vi: 'Chỉ số chiều nhận chạy ngược {kwh} kWh trong {days|whole} ngày từ {at}, nhiều hơn phần chạy thuận.',
    },
    group_voltage: {
      en: 'In the quiet hours of {days|whole} [day|days] from {at} the voltage of this meter differs by {size|signed} from the median of its group, whose members differ by {spread|percent}. Its voltage channel is wrong, or the meter is not fed from there.',
      vi: 'Trong những giờ ít tải của {days|whole} ngày từ {at}, điện áp của công tơ này lệch {size|signed} so với trung vị của nhóm, các thành viên chênh nhau {spread|percent}. Kênh điện áp sai, hoặc công tơ không được cấp từ đó.',
    },
    zero_run: {
      en: 'The register has not moved for {days|whole} [day|days]; by its own rests before, {usual} [day is|days are] exceeded once in a hundred years. Before, the mean load was {mean_watts|whole} W. Absence and fault look alike: nothing measures the same flow.',
      vi: 'Chỉ số không thay đổi trong {days|whole} ngày; theo các lần nghỉ trước đây của chính nó, {usual} ngày chỉ bị vượt một lần trong một trăm năm. Trước đó tải trung bình là {mean_watts|whole} W. Vắng nhà và hư hỏng cho thấy như nhau: không có phép đo thứ hai.',
    },
    electricity_use_changed: {
      en: 'Since the week of {at}, for {weeks|whole} [week|weeks], consumption has been {size|signed} against before, compared with what the other customers did in the same weeks (95 %: {low|signed} to {high|signed}). A change at the customer is as good an explanation as the meter: nothing measures the same flow.',
      vi: 'Từ tuần {at}, trong {weeks|whole} tuần, tiêu thụ thay đổi {size|signed} so với trước, đã so với các hộ khác trong cùng các tuần (95 %: {low|signed} đến {high|signed}). Thay đổi ở khách hàng cũng giải thích được như công tơ: không có phép đo thứ hai cho cùng một dòng.',
    },
    event_cover_open: {
      en: 'The meter reported an opened cover, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo nắp bị mở, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_cover_open_active: {
      en: 'The meter reports an opened cover since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo nắp bị mở từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_magnetic_field: {
      en: 'The meter reported a strong magnetic field, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo từ trường mạnh, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_magnetic_field_active: {
      en: 'The meter reports a strong magnetic field since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo từ trường mạnh từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_tamper: {
      en: 'The meter reported tampering, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo có can thiệp trái phép, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_tamper_active: {
      en: 'The meter reports tampering since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo có can thiệp trái phép từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_measurement_error: {
      en: 'The meter reported an error of its measuring system, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo lỗi hệ thống đo, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_measurement_error_active: {
      en: 'The meter reports an error of its measuring system since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo lỗi hệ thống đo từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_memory_error: {
      en: 'The meter reported an error of its memory, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo lỗi bộ nhớ, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_memory_error_active: {
      en: 'The meter reports an error of its memory since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo lỗi bộ nhớ từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_permanent_error: {
      en: 'The meter reported a permanent fault of its own, {count|whole} times in 30 days, last at {at}.',
      vi: 'Công tơ báo lỗi thường trực của chính nó, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_permanent_error_active: {
      en: 'The meter reports a permanent fault of its own since {at}; it has not reported the end of it ({count|whole} times in 30 days).',
      vi: 'Công tơ báo lỗi thường trực của chính nó từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_reverse_run: {
      en: 'The meter reported that energy flows the wrong way, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo điện năng chảy ngược, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_reverse_run_active: {
      en: 'The meter reports that energy flows the wrong way since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo điện năng chảy ngược từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_clock_invalid: {
      en: 'The meter reported that its clock has lost its time, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo đồng hồ mất thời gian, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_clock_invalid_active: {
      en: 'The meter reports that its clock has lost its time since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo đồng hồ mất thời gian từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_battery_low: {
      en: 'The meter reported a weak battery, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo pin yếu, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_battery_low_active: {
      en: 'The meter reports a weak battery since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo pin yếu từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_power_failure: {
      en: 'The meter reported a power failure, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo mất điện, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_power_failure_active: {
      en: 'The meter reports a power failure since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo mất điện từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
    event_phase_failure: {
      en: 'The meter reported a missing phase, {count|whole} [time|times] in 30 days, last at {at}.',
      vi: 'Công tơ báo mất pha, {count|whole} lần trong 30 ngày, lần cuối lúc {at}.',
    },
    event_phase_failure_active: {
      en: 'The meter reports a missing phase since {at}; it has not reported the end of it ({count|whole} [time|times] in 30 days).',
      vi: 'Công tơ báo mất pha từ {at}; chưa báo kết thúc ({count|whole} lần trong 30 ngày).',
    },
  };
