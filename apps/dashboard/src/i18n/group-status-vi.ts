import type { GroupWords, Vocabulary } from './vocabulary.ts';

const ELECTRICITY: GroupWords = {
  ok: [
    'Cân bằng',
    'Lượng cấp khớp với lượng tiêu thụ của các thành viên. Ước lượng của khu vực này đáng tin cậy.',
    '',
  ],
  incomplete: [
    'Thiếu số liệu',
    'Các thành viên của khu vực chưa gửi đủ số liệu để lập cân bằng.',
    'Khôi phục truyền tin của các thiết bị mất tín hiệu; khu vực sẽ được phân tích lại tự động.',
  ],
  loss_out_of_range: [
    'Tổn thất bất thường',
    'Tổn thất của khu vực nằm ngoài mức mà lưới hoặc mạng này có thể có về mặt kỹ thuật.',
    'Kiểm tra đồng hồ tổng, biến dòng và mức tổn thất kỹ thuật đã khai báo.',
  ],
  clock: [
    'Lệch thời gian',
    'Đồng hồ thời gian của các thiết bị lệch nhau quá nhiều nên không so sánh được từng khoảng.',
    'Đồng bộ thời gian của các thiết bị hoặc của bộ tập trung.',
  ],
  supply_resolution: [
    'Đồng hồ tổng thiếu phân giải',
    'Chỉ số của đồng hồ tổng có bước quá thô đối với khu vực này.',
    'Cấu hình đồng hồ tổng gửi nhiều chữ số hơn hoặc giá trị xung nhỏ hơn.',
  ],
  archive_error: [
    'Sai hồ sơ khu vực',
    'Có thiết bị được khai trong khu vực nhưng không được cấp từ khu vực này. Các thành viên còn lại được ước lượng khi đã bỏ thiết bị đó.',
    'Sửa lại khu vực của thiết bị được đánh dấu “Không thuộc khu vực này”.',
  ],
  unregistered_consumer: [
    'Có hộ tiêu thụ chưa khai báo',
    'Nguồn cấp đang cấp cho một điểm không có trong danh sách của khu vực.',
    'Kiểm tra hiện trường các thiết bị nghi vấn của khu vực này và khai báo đúng thiết bị vào khu vực.',
  ],
  not_synchronous: [
    'Số liệu không đồng thời',
    'Số liệu của đồng hồ tổng và của các thành viên không được chốt cùng thời điểm.',
    'Cấu hình cùng chu kỳ và thời điểm chốt cho mọi thiết bị trong khu vực.',
  ],
  topology_changed: [
    'Phương thức cấp thay đổi',
    'Trong một phần thời gian, khu vực được cấp từ nguồn khác, ví dụ do chuyển lưới.',
    'Khai báo các thành viên thay đổi kèm ngày; số liệu trước đó vẫn dùng được.',
  ],
  too_large: [
    'Khu vực quá lớn',
    'Khu vực có nhiều thành viên hơn mức một phép cân bằng có thể phân biệt.',
    'Chia nhỏ khu vực, ví dụ theo từng lộ có đồng hồ riêng.',
  ],
};

/** Khu vực cấp nước có rò rỉ, chỉ số chốt theo giờ. */
const WATER: GroupWords = {
  ...ELECTRICITY,
  ok: [
    'Cân bằng',
    'Lượng nước vào khớp với các đồng hồ và lượng rò rỉ. Ước lượng của khu vực cấp nước này đáng tin cậy.',
    '',
  ],
  incomplete: [
    'Thiếu số liệu',
    'Các đồng hồ của khu vực cấp nước chưa gửi đủ số liệu để lập cân bằng.',
    'Khôi phục truyền tin của các đồng hồ mất tín hiệu; khu vực sẽ được phân tích lại tự động.',
  ],
  loss_out_of_range: [
    'Thất thoát bất thường',
    'Lượng thất thoát của khu vực lớn hơn mức có thể tách khỏi rò rỉ, hoặc nhỏ hơn không.',
    'Kiểm tra đồng hồ tổng đầu vào, các van biên đang đóng và danh sách đồng hồ.',
  ],
  supply_resolution: [
    'Đồng hồ đầu vào thiếu phân giải',
    'Chỉ số của đồng hồ tổng đầu vào có bước quá thô đối với khu vực này.',
    'Cấu hình đồng hồ đầu vào gửi nhiều chữ số hơn hoặc giá trị xung nhỏ hơn.',
  ],
  archive_error: [
    'Sai hồ sơ khu vực',
    'Có đồng hồ được khai trong khu vực cấp nước nhưng không được cấp từ đó. Các thành viên còn lại được ước lượng khi đã bỏ đồng hồ đó.',
    'Sửa lại khu vực của thiết bị được đánh dấu “Không thuộc khu vực này”.',
  ],
  unregistered_consumer: [
    'Có hộ tiêu thụ chưa khai báo',
    'Nguồn nước đang cấp cho một điểm không có trong danh sách của khu vực.',
    'Kiểm tra hiện trường các thiết bị nghi vấn của khu vực này và khai báo đúng thiết bị vào khu vực.',
  ],
  not_synchronous: [
    'Số liệu không đồng thời',
    'Đồng hồ đầu vào và các hộ không được chốt cùng thời điểm, hoặc chốt quá thưa để so sánh theo giờ.',
    'Cấu hình mọi đồng hồ trong khu vực chốt mỗi giờ, cùng một thời điểm.',
  ],
  topology_changed: [
    'Đường cấp thay đổi',
    'Trong một phần thời gian, khu vực được cấp từ nguồn khác, ví dụ qua một van biên được mở.',
    'Khai báo các thành viên thay đổi kèm ngày; số liệu trước đó vẫn dùng được.',
  ],
  too_large: [
    'Khu vực quá lớn',
    'Khu vực có nhiều hộ hơn mức một đồng hồ đầu vào có thể phân biệt.',
    'Chia nhỏ khu vực, hoặc đặt đồng hồ cho từng tòa nhà, từng tuyến phố.',
  ],
};

/** Mạng cảm biến không có nguồn cấp: các cảm biến so sánh với nhau. */
const SENSORS: GroupWords = {
  ...ELECTRICITY,
  ok: [
    'So sánh được',
    'Các cảm biến của mạng được so sánh với cảm biến lân cận và trạm chuẩn. Độ trôi nhỏ nhất phát hiện được ghi ở từng đại lượng.',
    '',
  ],
  incomplete: [
    'Thiếu số liệu',
    'Các cảm biến của mạng chưa gửi đủ số liệu để so sánh.',
    'Khôi phục truyền tin của các cảm biến mất tín hiệu; mạng sẽ được phân tích lại tự động.',
  ],
  clock: [
    'Lệch thời gian',
    'Đồng hồ thời gian của các cảm biến lệch nhau quá nhiều nên không so sánh được từng giờ.',
    'Đồng bộ thời gian của các cảm biến hoặc của bộ tập trung.',
  ],
  not_synchronous: [
    'Số liệu không đồng thời',
    'Các cảm biến của mạng không đo trong cùng các giờ.',
    'Cấu hình mọi cảm biến của mạng gửi số liệu ít nhất mỗi giờ.',
  ],
  topology_changed: [
    'Thành viên thay đổi',
    'Có cảm biến được di dời hoặc thay thế trong một phần thời gian.',
    'Khai báo các thành viên thay đổi kèm ngày; số liệu trước đó vẫn dùng được.',
  ],
  too_large: [
    'Mạng quá lớn',
    'Mạng có nhiều cảm biến hơn mức được so sánh cùng lúc.',
    'Chia mạng theo vùng.',
  ],
};

export const groupStatusVi: Vocabulary['groupStatus'] = {
  electricity_area: ELECTRICITY,
  water_district: WATER,
  sensor_network: SENSORS,
};
