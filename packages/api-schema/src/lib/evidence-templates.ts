import { DEVICE_CHECK_TEMPLATES } from './device-check-templates.ts';
import type { Language } from './language.ts';
import { PLAN_REASON_TEMPLATES } from './plan-reason-templates.ts';

/**
 * Sentences by evidence code. `{name}` is a value as it is (numbers to three decimals), `{name|percent}` and
 * `{name|signed}` a ratio in percent, `{name|whole}` a number without decimals, `[day|days]` the word for one or for
 * more of the number before it. Ratios are those of e = (indicated - actual) / actual, or of a share.
 */
export const EVIDENCE_TEMPLATES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  balance: {
    en: 'The energy balance of the area tells a constant error of this meter to ±{data_sd|percent} (one standard deviation); an error that changes less well.',
    vi: 'Cân bằng điện năng của khu vực xác định sai số không đổi của công tơ này đến ±{data_sd|percent} (một độ lệch chuẩn); sai số thay đổi thì kém chính xác hơn.',
  },
  step: {
    en: 'The error changed by {size|signed} at once, about {start_day|whole} [day|days] after the start of the data.',
    vi: 'Sai số thay đổi đột ngột {size|signed}, khoảng {start_day|whole} ngày sau khi bắt đầu có dữ liệu.',
  },
  ramp: {
    en: 'The error has been growing since about {start_day|whole} [day|days] after the start of the data and has changed by {size|signed}.',
    vi: 'Sai số tăng dần từ khoảng {start_day|whole} ngày sau khi bắt đầu có dữ liệu và đã thay đổi {size|signed}.',
  },
  ramp_before: {
    en: 'The error was growing already when the data begin and has changed by {size|signed}.',
    vi: 'Sai số đã tăng dần từ trước khi có dữ liệu và đã thay đổi {size|signed}.',
  },
  drift_changed: {
    en: 'The error has changed by about {size|signed} within the data; whether at once or little by little cannot be told yet.',
    vi: 'Sai số đã thay đổi khoảng {size|signed} trong thời gian có dữ liệu; chưa thể biết là đột ngột hay dần dần.',
  },
  drift_unclear: {
    en: 'The error differs from that of healthy meters by about {size|signed}; whether it was there from the start of the data, came at once or grew cannot be told yet.',
    vi: 'Sai số khác các công tơ bình thường khoảng {size|signed}; chưa thể biết sai số có từ đầu, thay đổi đột ngột hay tăng dần.',
  },
  constant: {
    en: 'The error of {size|signed} was there from the start of the data.',
    vi: 'Sai số {size|signed} đã có từ khi bắt đầu có dữ liệu.',
  },
  register_frozen: {
    en: 'The register has not moved for {days|whole} [day|days]; before, the mean load was {mean_watts|whole} W.',
    vi: 'Chỉ số không thay đổi trong {days|whole} ngày; trước đó tải trung bình là {mean_watts|whole} W.',
  },
  small_load: {
    en: 'With a mean load of {mean_watts|whole} W the steps of the register hide the error of this meter.',
    vi: 'Với tải trung bình {mean_watts|whole} W, bước nhảy của chỉ số che khuất sai số của công tơ này.',
  },
  sun_shape: {
    en: 'Nearly all that passes this meter is fed back by a roof: its shape is that of every roof under the same sun, so its error cannot be told from theirs.',
    vi: 'Gần như toàn bộ điện năng qua công tơ này là điện mặt trời phát ngược: dạng của nó giống mọi mái nhà dưới cùng mặt trời, nên không thể tách sai số của nó.',
  },
  not_estimable: {
    en: 'The readings of this group do not permit an estimate: {reason}.',
    vi: 'Số liệu của nhóm này không cho phép ước lượng: {reason}.',
  },
  lot: {
    en: 'The lot of this meter errs as a whole, by {mean|signed} on average.',
    vi: 'Cả lô của công tơ này có sai số, trung bình {mean|signed}.',
  },
  clock_offset: {
    en: "The meter's clock is off by about {seconds|whole} [second|seconds] against the supply meter.",
    vi: 'Đồng hồ của công tơ lệch khoảng {seconds|whole} giây so với công tơ tổng.',
  },
  stamps_shifted: {
    en: 'The times of the readings of this meter are {minutes|whole} [minute|minutes] late (negative: early) against the supply. Check whether a reading carries the end of its interval, and the time zone. In the balance of the others they are put right.',
    vi: 'Thời điểm của số liệu công tơ này muộn {minutes|whole} phút (số âm: sớm) so với công tơ tổng. Kiểm tra xem số liệu có ghi thời điểm cuối khoảng không, và múi giờ. Trong cân bằng của các công tơ khác đã được hiệu chỉnh.',
  },
  stamps_shifted_since: {
    en: 'Since {at} the times of the readings of this meter are {minutes|whole} [minute|minutes] late (negative: early) against the supply. Check summer time and what was set on that day. In the balance of the others they are put right.',
    vi: 'Từ {at} thời điểm của số liệu công tơ này muộn {minutes|whole} phút (số âm: sớm) so với công tơ tổng. Kiểm tra giờ mùa hè và cài đặt vào ngày đó. Trong cân bằng của các công tơ khác đã được hiệu chỉnh.',
  },
  stamps_shifted_until: {
    en: 'Until {at} the times of the readings of this meter were {minutes|whole} [minute|minutes] late (negative: early) against the supply. Check summer time and what was set on that day. In the balance of the others they are put right.',
    vi: 'Đến {at} thời điểm của số liệu công tơ này muộn {minutes|whole} phút (số âm: sớm) so với công tơ tổng. Kiểm tra giờ mùa hè và cài đặt vào ngày đó. Trong cân bằng của các công tơ khác đã được hiệu chỉnh.',
  },
  supply_stamps_shifted: {
    en: 'The times of the readings of the supply meter are {minutes|whole} [minute|minutes] late (negative: early) against the consumers. Check whether a reading carries the end of its interval, and the time zone; then analyse again.',
    vi: 'Thời điểm của số liệu công tơ tổng muộn {minutes|whole} phút (số âm: sớm) so với các hộ tiêu thụ. Kiểm tra xem số liệu có ghi thời điểm cuối khoảng không, và múi giờ; sau đó phân tích lại.',
  },
  stamps_mixed: {
    en: 'The readings of about {share|percent} of the consumers are {minutes|whole} [minute|minutes] late (negative: early) against the others. Bring all meters of the group to one time, then analyse again.',
    vi: 'Số liệu của khoảng {share|percent} số hộ muộn {minutes|whole} phút (số âm: sớm) so với các hộ khác. Đưa mọi công tơ của nhóm về cùng một thời gian, sau đó phân tích lại.',
  },
  clocks_off: {
    en: 'The times of {meters|whole} of {of|whole} [meter|meters] are wrong: the group has no common time. Set the clocks, then analyse again.',
    vi: 'Thời gian của {meters|whole} trên {of|whole} công tơ bị sai: nhóm không có thời gian chung. Chỉnh đồng hồ, sau đó phân tích lại.',
  },
  shifted_meter: {
    en: 'The readings of meter {device_id} carry a wrong time; they were put right and the rest estimated.',
    vi: 'Số liệu của công tơ {device_id} mang thời điểm sai; đã được hiệu chỉnh và phần còn lại được ước lượng.',
  },
  topology_changed: {
    en: 'On {at} customers with about {share|percent} of the supply came to this transformer or left it (negative: left). Bring the list of members up to date; nothing is stated of the members until four weeks have passed.',
    vi: 'Vào {at} các hộ chiếm khoảng {share|percent} nguồn cấp chuyển đến trạm này hoặc rời đi (số âm: rời đi). Cập nhật danh sách thành viên; không có kết luận về các thành viên cho đến khi đủ bốn tuần.',
  },
  window_restarted: {
    en: 'Only data since {at} count: the network was switched before.',
    vi: 'Chỉ tính số liệu từ {at}: trước đó lưới đã được chuyển đổi.',
  },
  left_supply: {
    en: 'Until {at} the energy of this meter was in the supply of its group, since then it is not: the customer was moved to another transformer.',
    vi: 'Đến {at} điện năng của công tơ này có trong nguồn cấp của nhóm, từ đó thì không: hộ đã được chuyển sang trạm khác.',
  },
  moved_meter: {
    en: 'Meter {device_id} is listed in this group, but since {at} its energy is not in the supply; it counts until then only.',
    vi: 'Công tơ {device_id} có trong danh sách nhóm nhưng từ {at} điện năng của nó không có trong nguồn cấp; chỉ được tính đến thời điểm đó.',
  },
  arrived_meter: {
    en: 'Since {at} the supply also feeds meter {device_id}, which is not listed in this group.',
    vi: 'Từ {at} nguồn cấp còn cấp cho công tơ {device_id}, không có trong danh sách nhóm.',
  },
  unmetered_hours: {
    en: 'About {watts|whole} W flow at certain hours of the day that no listed meter counts (most at {hour|whole} h UTC). Look for street lights, cabinets or taps; the pattern was taken out of the balance.',
    vi: 'Khoảng {watts|whole} W chảy vào những giờ nhất định trong ngày mà không công tơ nào trong danh sách đếm (nhiều nhất lúc {hour|whole} giờ UTC). Tìm đèn đường, tủ thiết bị hoặc câu móc; mẫu này đã được tách khỏi cân bằng.',
  },
  unmetered_load: {
    en: 'Energy flows that no reporting meter counts: what the balance leaves over comes and goes by {watts|whole} W, {ratio} [time|times] the most that losses explain. Look for a customer whose meter does not report or is in no list, a cabinet or a tap.',
    vi: 'Có điện năng mà không công tơ nào đếm: phần dư của cân bằng dao động {watts|whole} W, gấp {ratio} lần mức tối đa do tổn thất. Tìm hộ có công tơ không gửi số liệu hoặc không có trong danh sách, tủ thiết bị hoặc câu móc.',
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
  // water districts
  water_balance: {
    en: 'The balance of the district tells a constant error of this meter to ±{data_sd|percent} (one standard deviation), from {litres_per_day|whole} [litre|litres] a day. Water that flows below the starting flow of the meter is not seen.',
    vi: 'Cân bằng của khu vực cấp nước xác định sai số không đổi của đồng hồ này đến ±{data_sd|percent} (một độ lệch chuẩn), từ {litres_per_day|whole} lít mỗi ngày. Không thấy được nước chảy dưới lưu lượng khởi động của đồng hồ.',
  },
  small_flow: {
    en: 'With {litres_per_day|whole} [litre|litres] a day, or nothing in the last ten days, the consumption of this meter hardly shows in the balance: its error cannot be told.',
    vi: 'Với {litres_per_day|whole} lít mỗi ngày, hoặc không tiêu thụ trong mười ngày qua, mức dùng của đồng hồ này hầu như không hiện trong cân bằng: không thể xác định sai số.',
  },
  water_loss: {
    en: '{share|percent} of the water supplied passes no customer meter (leaks, bursts, unmetered use).',
    vi: '{share|percent} lượng nước cấp không đi qua đồng hồ khách hàng nào (rò rỉ, vỡ ống, dùng không đo).',
  },
  reads_not_synchronous: {
    en: 'The meters are not read together: {meters|whole} of {of|whole} are read less often than every {wanted|whole} [minute|minutes] or at another minute of the hour than most (usually every {interval_minutes|whole} [minute|minutes], {on_grid|percent} of the readings at the common minute). Have all meters of the district store their register at the same minute, best the full hour, and send it with that time.',
    vi: 'Các đồng hồ không được đọc cùng lúc: {meters|whole} trên {of|whole} được đọc thưa hơn {wanted|whole} phút một lần hoặc vào phút khác với đa số (thường {interval_minutes|whole} phút một lần, {on_grid|percent} số liệu đúng phút chung). Cài đặt để mọi đồng hồ trong khu vực lưu chỉ số vào cùng một phút, tốt nhất là giờ chẵn, và gửi kèm thời điểm đó.',
  },
  reads_apart: {
    en: 'The readings carry the same times but were taken apart, typically by {minutes|whole} [minute|minutes] ({meters|whole} of {of|whole} [meter|meters] clearly). Have every meter store its register at the full hour instead of sending what it shows at a time of its own.',
    vi: 'Số liệu mang cùng thời điểm nhưng được đọc cách nhau, thường {minutes|whole} phút ({meters|whole} trên {of|whole} đồng hồ thấy rõ). Cài đặt để mỗi đồng hồ lưu chỉ số vào giờ chẵn thay vì gửi chỉ số lúc tùy ý.',
  },
  read_apart: {
    en: 'This meter is read about {minutes|whole} [minute|minutes] later (negative: earlier) than its readings say.',
    vi: 'Đồng hồ này được đọc muộn khoảng {minutes|whole} phút (số âm: sớm) so với thời điểm ghi trong số liệu.',
  },
  leak_not_told: {
    en: 'The balance could be explained only if all meters together were wrong by {error|percent} and the leak made up for it by following demand or pressure as no leak does ({deviations|whole} standard deviations of what is known of leaks). So nothing is stated of the members. Look for large use without a meter, a pressure sensor that is wrong, or a supply meter that misses water.',
    vi: 'Cân bằng chỉ giải thích được nếu mọi đồng hồ cùng sai {error|percent} và rò rỉ bù lại bằng cách thay đổi theo nhu cầu hoặc áp lực như không rò rỉ nào có ({deviations|whole} độ lệch chuẩn so với hiểu biết về rò rỉ). Vì vậy không có kết luận về các thành viên. Tìm nơi dùng nhiều nước không qua đồng hồ, cảm biến áp lực sai, hoặc đồng hồ tổng đếm thiếu.',
  },
  water_exchange_began: {
    en: 'Since about {at} some {litres_per_hour|whole} [litre|litres] an hour (negative: the other way) that the supply of this district counts flow on to district {group_id}: what both balances leave over changed by as much in opposite directions, and follows each other hour by hour. Look for an open valve on the boundary or customers who were moved. Nothing is stated of the members until it is closed, metered as supply and supply_out, or dated in the lists.',
    vi: 'Từ khoảng {at}, chừng {litres_per_hour|whole} lít mỗi giờ (số âm: chiều ngược lại) do đồng hồ tổng của khu vực này đếm chảy sang khu vực {group_id}: phần dư của hai cân bằng thay đổi cùng lượng, ngược chiều và bám nhau từng giờ. Tìm van ranh giới đang mở hoặc các hộ đã chuyển. Không có kết luận về các thành viên cho đến khi van được đóng, được đo như nguồn cấp vào và ra, hoặc danh sách ghi ngày.',
  },
  water_exchange_ended: {
    en: 'Until about {at} some {litres_per_hour|whole} [litre|litres] an hour (negative: the other way) that the supply of this district counted flowed on to district {group_id}; since then they no longer do.',
    vi: 'Đến khoảng {at}, chừng {litres_per_hour|whole} lít mỗi giờ (số âm: chiều ngược lại) do đồng hồ tổng của khu vực này đếm chảy sang khu vực {group_id}; từ đó không còn nữa.',
  },
  candidate_other_minute: {
    en: 'Water that is missing from the balance follows the readings of meter {device_id}, which are taken {minutes|whole} [minute|minutes] later (negative: earlier) than those of this district: it is likely to be fed from here, but cannot join the balance. Have it read with the others.',
    vi: 'Lượng nước thiếu trong cân bằng biến thiên theo chỉ số của đồng hồ {device_id}, được đọc muộn {minutes|whole} phút (số âm: sớm) so với khu vực này: có thể đồng hồ được cấp từ đây nhưng không thể đưa vào cân bằng. Hãy đọc đồng hồ cùng lúc với các đồng hồ khác.',
  },
  too_many_homes: {
    en: '{homes|whole} [meter lies|meters lie] behind one sum meter; with more than {most|whole} no single one can be told. {sum_meters|whole} sum meters in place of one would do.',
    vi: '{homes|whole} đồng hồ nằm sau một đồng hồ tổng; trên {most|whole} thì không thể xác định riêng từng cái. Cần {sum_meters|whole} đồng hồ tổng thay cho một.',
  },
  left_out: {
    en: 'Meter {device_id} never reads, misses much, or is not read together with the others; it was left out of the balance.',
    vi: 'Đồng hồ {device_id} không gửi số liệu, thiếu nhiều hoặc không được đọc cùng lúc với các đồng hồ khác; bị loại khỏi cân bằng.',
  },
  many_left_out: {
    en: '{meters|whole} of {of|whole} [meter|meters] never read, miss much, or are not read with the others: too many to balance the district without them.',
    vi: '{meters|whole} trên {of|whole} đồng hồ không gửi số liệu, thiếu nhiều hoặc không được đọc cùng lúc: quá nhiều để lập cân bằng khu vực khi thiếu chúng.',
  },
  supply_steps: {
    en: 'The supply meter counts in steps of {litres|whole} [litre|litres] where {mean_litres|whole} flow between two readings: too coarse. Use a finer pulse.',
    vi: 'Đồng hồ tổng đếm theo bước {litres|whole} lít trong khi giữa hai lần đọc chỉ có {mean_litres|whole} lít: quá thô. Dùng xung mịn hơn.',
  },
  not_in_inflow: {
    en: 'The water of this meter does not appear in the inflow of its district: it may be filed in the wrong one.',
    vi: 'Lượng nước của đồng hồ này không có trong nước vào khu vực: có thể bị ghi nhầm khu vực.',
  },
  misfiled_water_meter: {
    en: 'Meter {device_id} is listed in this district, but its water is not in the inflow; it was left out and the rest estimated.',
    vi: 'Đồng hồ {device_id} có trong danh sách khu vực nhưng lượng nước không có trong nước vào; đồng hồ này bị loại ra và phần còn lại được ước lượng.',
  },
  fed_from_district: {
    en: 'Water that is missing from the balance of a district follows the consumption of this meter: it may be fed from there.',
    vi: 'Lượng nước thiếu trong cân bằng của một khu vực biến thiên theo mức dùng của đồng hồ này: có thể đồng hồ được cấp từ đó.',
  },
  limit_assumed: {
    en: 'The accuracy class is not known; a limit of {limit|percent} was assumed.',
    vi: 'Không rõ cấp chính xác; giả định giới hạn {limit|percent}.',
  },
  no_second_measurement: {
    en: 'Nothing measures the same flow a second time, so an error could not be seen.',
    vi: 'Không có phép đo thứ hai cho cùng một dòng, nên không thể thấy sai số.',
  },
  register_events: {
    en: 'In {days|whole} [day|days] the register was {count|whole} [time|times] where consumption cannot have brought it. Look at the events on the page of the device: confirm what was done to the meter, and check the meter and its transmission for the rest.',
    vi: 'Trong {days|whole} ngày, chỉ số có {count|whole} lần ở mức mà tiêu thụ không thể giải thích. Xem các sự kiện trên trang thiết bị: xác nhận những việc đã làm với công tơ, và kiểm tra công tơ cùng đường truyền cho các trường hợp còn lại.',
  },
  not_estimated_yet: {
    en: 'Readings of this kind of device are stored and shown; its errors are not estimated yet.',
    vi: 'Số liệu của loại thiết bị này được lưu và hiển thị; sai số chưa được ước lượng.',
  },
  water_stopped: {
    en: 'The register of this water meter has not moved since {since} ({days|whole} [day|days]); at its usual use at most about {expected_m3} m³ should have passed. A stopped meter is likelier than an empty home ({probability|percent}).',
    vi: 'Chỉ số của đồng hồ nước này không thay đổi từ {since} ({days|whole} ngày); với mức dùng thường lệ, lẽ ra nhiều nhất khoảng {expected_m3} m³ đã chảy qua. Đồng hồ ngừng có khả năng hơn là nhà vắng người ({probability|percent}).',
  },
  water_quiet: {
    en: 'No water since {since} ({days|whole} [day|days]). An empty home explains it better than a stopped meter, whose probability is {probability|percent}.',
    vi: 'Không dùng nước từ {since} ({days|whole} ngày). Nhà vắng người giải thích điều này tốt hơn đồng hồ ngừng, vốn có xác suất {probability|percent}.',
  },
  other_use_goes_on: {
    en: 'On {days|whole} whole [day|days] without water the electricity meter at the same address counted {kwh} kWh, used as if people were at home.',
    vi: 'Trong {days|whole} ngày trọn không có nước, công tơ điện cùng địa chỉ đếm được {kwh} kWh, dùng như khi có người ở nhà.',
  },
  other_use_rests: {
    en: 'On {days|whole} whole [day|days] without water the electricity meter at the same address counted {kwh} kWh, used as if nobody were at home.',
    vi: 'Trong {days|whole} ngày trọn không có nước, công tơ điện cùng địa chỉ đếm được {kwh} kWh, dùng như khi không có ai ở nhà.',
  },
  residual_share: {
    en: 'Since this register stands still, the balance of the district has been lacking {share|percent} of what the home usually takes, by the shape of its day (standard error {se|percent}).',
    vi: 'Từ khi chỉ số này đứng yên, cân bằng của khu vực thiếu {share|percent} lượng nước hộ này thường dùng, xét theo dạng ngày của hộ (sai số chuẩn {se|percent}).',
  },
  reverse_flow: {
    en: 'In {window_days|whole} [day|days] {m3} m³ flowed back through the meter on {days|whole} [day|days], {share|percent} of what flowed forward. Check the direction of installation and the check valve.',
    vi: 'Trong {window_days|whole} ngày, {m3} m³ chảy ngược qua đồng hồ vào {days|whole} ngày, bằng {share|percent} lượng chảy thuận. Kiểm tra chiều lắp đặt và van một chiều.',
  },
  air_suspected: {
    en: 'Of {returns|whole} [time|times] that pressure came back to an empty pipe, the register ran unusually fast in {pulses|whole} and forward and back in {alternations|whole}: air may have turned the meter.',
    vi: 'Trong {returns|whole} lần áp lực trở lại sau khi ống cạn, chỉ số chạy nhanh bất thường {pulses|whole} lần và chạy tới lui {alternations|whole} lần: có thể không khí đã làm quay đồng hồ.',
  },
  continuous_flow: {
    en: 'Water has been flowing without a pause since {since} ({days|whole} [day|days]), about {litres_per_hour} L/h: a leak behind the meter is likely. It says nothing against the meter; tell the customer.',
    vi: 'Nước chảy liên tục từ {since} ({days|whole} ngày), khoảng {litres_per_hour} L/h: có thể rò rỉ sau đồng hồ. Điều này không nói gì về đồng hồ; hãy báo cho khách hàng.',
  },
  low_flow_falling: {
    en: 'Hours with little water have become rarer against the other homes within {months|whole} [month|months]: {share_before|percent} of the hours with water had less than 10 L, now {share_now|percent} (change of the log odds {change}, standard error {se}). A worn meter misses small flows; a change of habits looks the same.',
    vi: 'Số giờ dùng ít nước trở nên hiếm hơn so với các hộ khác trong {months|whole} tháng: {share_before|percent} số giờ có nước dưới 10 L, nay {share_now|percent} (thay đổi log tỷ số chênh {change}, sai số chuẩn {se}). Đồng hồ mòn bỏ sót lưu lượng nhỏ; thói quen thay đổi cũng cho kết quả như vậy.',
  },
  consumption_changed: {
    en: 'Use has changed by {size|signed} since about {since} against the other homes, for {weeks|whole} [week|weeks] now; homes change by themselves by {se} (standard deviation of the logarithm). The customer may have changed as well as the meter.',
    vi: 'Mức tiêu thụ thay đổi {size|signed} từ khoảng {since} so với các hộ khác, kéo dài {weeks|whole} tuần; các hộ tự thay đổi {se} (độ lệch chuẩn của logarit). Có thể do khách hàng cũng như do đồng hồ.',
  },
  lot_usage_trend: {
    en: 'What the {homes|whole} [home|homes] with meters of lot {lot} use moves by {per_year|signed} a year (standard error {se|percent}) against other lots in the same districts, {per_1000_m3|signed} per 1,000 m³ (standard error {per_1000_m3_se|percent}). It says nothing of a single meter.',
    vi: 'Mức dùng của {homes|whole} hộ có đồng hồ thuộc lô {lot} thay đổi {per_year|signed} mỗi năm (sai số chuẩn {se|percent}) so với các lô khác trong cùng khu vực, {per_1000_m3|signed} trên 1.000 m³ (sai số chuẩn {per_1000_m3_se|percent}). Điều này không nói gì về từng đồng hồ.',
  },
  ...DEVICE_CHECK_TEMPLATES,
  ...PLAN_REASON_TEMPLATES,
  sensor_compared: {
    en: 'Compared with {neighbours|whole} [neighbour|neighbours] and {references|whole} reference [station|stations]; a drift of this quantity is told to ±{data_sd|percent} (one standard deviation).',
    vi: 'So sánh với {neighbours|whole} cảm biến lân cận và {references|whole} trạm chuẩn; độ trôi của đại lượng này xác định được đến ±{data_sd|percent} (một độ lệch chuẩn).',
  },
  sensor_compared_offset: {
    en: 'Compared with {neighbours|whole} [neighbour|neighbours] and {references|whole} reference [station|stations]; a shift of this quantity is told to ±{data_sd} in its unit (one standard deviation).',
    vi: 'So sánh với {neighbours|whole} cảm biến lân cận và {references|whole} trạm chuẩn; độ lệch của đại lượng này xác định được đến ±{data_sd} theo đơn vị đo (một độ lệch chuẩn).',
  },
  sensor_beside_reference: {
    en: 'Compared with {references|whole} reference [station|stations] at its own place, whose air is the same: its error is told against the reference, to ±{data_sd|percent} (one standard deviation).',
    vi: 'So sánh với {references|whole} trạm chuẩn đặt cùng vị trí, cùng một không khí: sai số được xác định so với trạm chuẩn, đến ±{data_sd|percent} (một độ lệch chuẩn).',
  },
  sensor_beside_reference_offset: {
    en: 'Compared with {references|whole} reference [station|stations] at its own place, whose air is the same: its offset is told against the reference, to ±{data_sd} in its unit (one standard deviation).',
    vi: 'So sánh với {references|whole} trạm chuẩn đặt cùng vị trí, cùng một không khí: độ lệch được xác định so với trạm chuẩn, đến ±{data_sd} theo đơn vị đo (một độ lệch chuẩn).',
  },
  sensor_few_neighbours: {
    en: 'Only {neighbours|whole} [sensor varies|sensors vary] together with this one (correlation above {correlation}) and no reference station is within {km|whole} km: {least|whole} [neighbour|neighbours] or one reference are needed to tell its error.',
    vi: 'Chỉ có {neighbours|whole} cảm biến biến thiên cùng cảm biến này (tương quan trên {correlation}) và không có trạm chuẩn trong vòng {km|whole} km: cần {least|whole} cảm biến lân cận hoặc một trạm chuẩn để biết sai số.',
  },
  sensor_wander: {
    en: 'Healthy sensors of this tenant stray by {short|percent} for some weeks and by {walk|percent} in a year; only what goes beyond that counts as drift.',
    vi: 'Các cảm biến bình thường dao động {short|percent} trong vài tuần và {walk|percent} trong một năm; chỉ phần vượt quá mới được coi là trôi.',
  },
  sensor_wander_offset: {
    en: 'Healthy sensors of this tenant stray by {short} for some weeks and by {walk} in a year, in the unit of the quantity; only what goes beyond that counts as drift.',
    vi: 'Các cảm biến bình thường dao động {short} trong vài tuần và {walk} trong một năm, theo đơn vị của đại lượng; chỉ phần vượt quá mới được coi là trôi.',
  },
  sensor_restarted: {
    en: 'Data count since {at}: the sensor was verified, adjusted, moved or exchanged then.',
    vi: 'Số liệu tính từ {at}: khi đó cảm biến được kiểm định, hiệu chỉnh, di chuyển hoặc thay thế.',
  },
  sensor_short_baseline: {
    en: '{days|whole} [day|days] can be compared; {least|whole} [is|are] needed.',
    vi: 'Có {days|whole} ngày so sánh được; cần {least|whole} ngày.',
  },
  sensor_step: {
    en: 'Against its neighbours the indication changed by {size|signed} at once, about {at}.',
    vi: 'So với lân cận, chỉ thị thay đổi đột ngột {size|signed}, khoảng {at}.',
  },
  sensor_ramp: {
    en: 'Against its neighbours the indication has been changing by {size|signed} a year since about {at}.',
    vi: 'So với lân cận, chỉ thị thay đổi {size|signed} mỗi năm từ khoảng {at}.',
  },
  sensor_step_offset: {
    en: 'Against its neighbours the indication shifted by {size} at once, about {at}.',
    vi: 'So với lân cận, chỉ thị lệch đột ngột {size}, khoảng {at}.',
  },
  sensor_ramp_offset: {
    en: 'Against its neighbours the indication has been shifting by {size} a year since about {at}.',
    vi: 'So với lân cận, chỉ thị lệch dần {size} mỗi năm từ khoảng {at}.',
  },
  sensor_frozen: {
    en: 'The sensor has shown the same value, {value}, for {hours|whole} [hour|hours].',
    vi: 'Cảm biến hiển thị cùng một giá trị {value} trong {hours|whole} giờ.',
  },
  sensor_noisy: {
    en: 'The values jump from hour to hour {times} [time|times] as much as they did, beside neighbours that do not.',
    vi: 'Giá trị nhảy từ giờ này sang giờ khác gấp {times} lần trước đây, trong khi các cảm biến lân cận không như vậy.',
  },
  sensor_silent: {
    en: 'No value for {days|whole} [day|days].',
    vi: 'Không có giá trị trong {days|whole} ngày.',
  },
};
