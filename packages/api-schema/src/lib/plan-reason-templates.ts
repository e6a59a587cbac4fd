import type { Language } from './language.ts';

/** Why a device is in a plan, and where. `{error|signed}` and the like: evidence-templates.ts. */
export const PLAN_REASON_TEMPLATES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  plan_void: {
    en: 'Its verification is not in force any more; it has to be verified again.',
    vi: 'Kiểm định không còn hiệu lực; cần kiểm định lại.',
  },
  plan_expired: {
    en: 'Its verification ended on {due_on}, {days|whole} [day|days] ago.',
    vi: 'Kiểm định hết hiệu lực ngày {due_on}, đã quá hạn {days|whole} ngày.',
  },
  plan_due: {
    en: 'Its verification ends on {due_on}, in {days|whole} [day|days]: within the month of the plan.',
    vi: 'Kiểm định hết hiệu lực ngày {due_on}, còn {days|whole} ngày: trong tháng của kế hoạch.',
  },
  plan_due_later: {
    en: 'Its verification ends soon after the month of the plan, on {due_on} (in {days|whole} [day|days]).',
    vi: 'Kiểm định hết hiệu lực ngay sau tháng của kế hoạch, ngày {due_on} (còn {days|whole} ngày).',
  },
  plan_reverify: {
    en: 'The data say with {probability|percent} that it errs by more than {limit|percent}: verification is recommended.',
    vi: 'Số liệu cho thấy với xác suất {probability|percent} sai số vượt {limit|percent}: nên kiểm định.',
  },
  plan_risk: {
    en: 'The probability that it errs by more than {limit|percent} is {probability|percent}.',
    vi: 'Xác suất sai số vượt {limit|percent} là {probability|percent}.',
  },
  plan_risk_only: {
    en: 'The probability that it is beyond its limit is {probability|percent}.',
    vi: 'Xác suất vượt giới hạn sai số cho phép là {probability|percent}.',
  },
  plan_error: {
    en: 'Its error is estimated at {error|signed}, give or take {standard_error|percent} (one standard deviation).',
    vi: 'Sai số ước lượng là {error|signed}, độ không đảm bảo chuẩn {standard_error|percent}.',
  },
  plan_stopped: {
    en: 'Its register has stopped: see to it on the spot.',
    vi: 'Chỉ số không thay đổi: cần kiểm tra tại chỗ.',
  },
  plan_tamper: {
    en: 'What it reports or registers departs so far that wiring and instrument are to be looked at on the spot; nothing is said of the cause.',
    vi: 'Độ lệch hoặc thông báo của thiết bị lớn bất thường: cần kiểm tra đấu nối và phương tiện đo tại chỗ; chưa nói gì về nguyên nhân.',
  },
  plan_inspect: {
    en: 'An inspection is recommended: the finding says why.',
    vi: 'Nên kiểm tra tại chỗ: lý do nêu trong phát hiện.',
  },
  plan_at_stake: {
    en: 'Of {annual|whole} {unit} a year about {amount|whole} {unit} are expected to be measured wrongly.',
    vi: 'Trong {annual|whole} {unit} mỗi năm, dự kiến khoảng {amount|whole} {unit} bị đo sai.',
  },
  plan_at_stake_assumed: {
    en: 'How much passes it is not known; with the usual {annual|whole} {unit} a year about {amount|whole} {unit} are expected to be measured wrongly.',
    vi: 'Chưa biết lượng tiêu thụ; với mức thường gặp {annual|whole} {unit} mỗi năm, dự kiến khoảng {amount|whole} {unit} bị đo sai.',
  },
  plan_money: {
    en: 'By the tariff that is {money|whole} {currency} a year.',
    vi: 'Theo giá bán, tương ứng {money|whole} {currency} mỗi năm.',
  },
  plan_uncertain: {
    en: 'The data leave open whether it is within its limit ({probability|percent} that it is not): a verification settles it.',
    vi: 'Số liệu chưa cho biết sai số có trong giới hạn hay không (xác suất vượt {probability|percent}): kiểm định sẽ trả lời.',
  },
  plan_nothing_known: {
    en: 'Nothing is known of its error, for want of a reference: only a verification tells.',
    vi: 'Chưa biết gì về sai số vì không có phép đo đối chứng: chỉ kiểm định mới cho biết.',
  },
  plan_lot_first: {
    en: 'It is the first of its lot: a result tells something of the others, about {uncertain|whole} of which are open.',
    vi: 'Là phương tiện đo đầu tiên của lô: kết quả cho biết thêm về các phương tiện đo còn lại, khoảng {uncertain|whole} chiếc chưa rõ.',
  },
  plan_lot_further: {
    en: 'Its lot has {results|whole} [result|results] before it: one more still tells something of the others, about {uncertain|whole} of which are open.',
    vi: 'Lô đã có {results|whole} kết quả trước đó: thêm một kết quả vẫn cho biết về các phương tiện đo còn lại, khoảng {uncertain|whole} chiếc chưa rõ.',
  },
  plan_street: {
    en: 'With it {others|whole} [other|others] in the same street {minutes|whole} [minute|minutes] from the stop before.',
    vi: 'Cùng tuyến phố với {others|whole} điểm khác, cách điểm trước {minutes|whole} phút.',
  },
  plan_travel: {
    en: 'It is {minutes|whole} [minute|minutes] from the stop before or from the depot.',
    vi: 'Cách điểm trước hoặc nơi xuất phát {minutes|whole} phút.',
  },
  plan_random: {
    en: 'It was drawn at random (seed {seed|whole}), whatever is known of it, as a cross-check.',
    vi: 'Được chọn ngẫu nhiên (số khởi tạo {seed|whole}), không phụ thuộc thông tin đã biết, để kiểm định đối chứng.',
  },
  plan_fills: {
    en: 'It fills the capacity: what is known of it is worth {points|whole} [point|points], its visit costs {cost|whole}.',
    vi: 'Để dùng hết năng lực: thông tin đã biết đáng {points|whole} điểm, chi phí đến nơi {cost|whole} điểm.',
  },
  plan_waits: {
    en: 'It is not in the plan: the capacity ends before it. It would be number {position|whole} of those that wait.',
    vi: 'Không nằm trong kế hoạch vì hết năng lực. Đứng thứ {position|whole} trong số các phương tiện đo chờ.',
  },
};
