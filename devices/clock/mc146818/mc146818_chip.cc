// SPDX-License-Identifier: MIT
#include "mc146818_chip.h"

#include <algorithm>
#include <chrono>

namespace mc146818 {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;  // in ns, as all times here

// Table 6, for 32.768 kHz: how long UIP tells of an update before it begins, and how long that takes.
constexpr uint64_t kBeforeUpdate = 244'000;  // tBUC
constexpr uint64_t kUpdateTime = 1'984'000;  // tUC

// From the end of the divider's reset to the first update ("DV2, DV1, DV0").
constexpr uint64_t kFirstUpdate = kSecond / 2;

constexpr uint64_t kSecondsPerDay = 86'400;
constexpr uint64_t kDaysPerCentury =
    36'525;  // by the chip's rule: each fourth year, 0 among them, is leap

// Table 5: the frequency of the periodic interrupt at 32.768 kHz, 0 for none.
constexpr uint64_t Frequency(uint8_t rate) {
  if (rate == 0) return 0;
  return rate < 3 ? 512U >> rate : 65'536U >> rate;
}

// What one byte of the alarm matches.
struct AlarmField {
  static constexpr uint64_t kNone = 1000;  // beyond all values

  bool any = true;
  uint64_t first = 0;  // the lowest, or kNone

  bool Has(uint64_t value) const { return any || value == first; }
  // The lowest not below `value`; beyond all values, if there is none.
  uint64_t From(uint64_t value) const {
    if (any) return value;
    return first >= value ? first : kNone;
  }
};

struct Alarm {
  AlarmField hour;
  AlarmField minute;
  AlarmField second;

  bool IsValid() const {
    return std::max({hour.first, minute.first, second.first}) < AlarmField::kNone;
  }
  // From a second of the day to the first that matches, itself included: in the same minute, the same
  // hour, the same day, or the next.
  uint64_t SecondsFrom(uint64_t from) const {
    const uint64_t h = from / 3600;
    const uint64_t m = from / 60 % 60;
    const uint64_t s = from % 60;
    const auto to = [from](uint64_t hours, uint64_t minutes, uint64_t seconds) {
      return (hours * 60 + minutes) * 60 + seconds - from;
    };
    if (hour.Has(h) && minute.Has(m) && second.From(s) < 60) return to(h, m, second.From(s));
    if (hour.Has(h) && minute.From(m + 1) < 60) return to(h, minute.From(m + 1), second.first);
    if (hour.From(h + 1) < 24) return to(hour.From(h + 1), minute.first, second.first);
    return to(24 + hour.first, minute.first, second.first);
  }
};

}  // namespace

uint64_t Beat::Count(uint64_t now) const {
  const uint64_t whole = now / kSecond;
  const uint64_t rest = now % kSecond;
  if (rest >= phase) return (whole + 1) * frequency + (rest - phase) * frequency / kSecond;
  return whole * frequency + (rest + kSecond - phase) * frequency / kSecond;
}

uint64_t Beat::ToNext(uint64_t now) const {
  const uint64_t since_phase = (now % kSecond + kSecond - phase) % kSecond;
  const uint64_t next = since_phase * frequency / kSecond + 1;
  return (next * kSecond + frequency - 1) / frequency - since_phase;
}

Chip::Chip(int64_t seconds) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): in this function alone
  constexpr sys_seconds kFirst = sys_days(year(0) / 1 / 1);
  constexpr sys_seconds kLast = sys_days(year(10'000) / 1 / 1) - std::chrono::seconds(1);
  const sys_seconds time = std::clamp(sys_seconds(std::chrono::seconds(seconds)), kFirst, kLast);
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss of_day(time - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));

  bytes_[kA] = 0x26;
  bytes_[kB] = 0x02;
  bytes_[kD] = 0x80;
  bytes_[kSeconds] = Encode(static_cast<unsigned>(of_day.seconds().count()));
  bytes_[kMinutes] = Encode(static_cast<unsigned>(of_day.minutes().count()));
  bytes_[kHours] = EncodeHour(static_cast<unsigned>(of_day.hours().count()));
  bytes_[kWeekday] = Encode(weekday(day).c_encoding() + 1);
  bytes_[kDay] = Encode(static_cast<unsigned>(date.day()));
  bytes_[kMonth] = Encode(static_cast<unsigned>(date.month()));
  bytes_[kYear] = Encode(year % 100);
  bytes_[kCentury] = Encode(year / 100);
}

void Chip::Reset() {
  B b = this->b();
  b.Put(B::kEnables, 0);
  b.Set(B::kSquareWave, false);
  bytes_[kB] = b.raw();
  flags_ = C();
}

void Chip::SetCmos(uint8_t index, uint8_t value) {
  if (index >= kRam && index < kBytes) bytes_[index] = value;
}

// --- The guest's side --------------------------------------------------------------------------

uint8_t Chip::Read(uint64_t offset, uint64_t now) {
  AdvanceTo(now);
  return offset == kData ? ReadByte() : 0xff;
}

uint8_t Chip::Peek(uint64_t offset, uint64_t now) const {
  Chip copy = *this;
  return copy.Read(offset, now);
}

void Chip::Write(uint64_t offset, uint8_t value, uint64_t now) {
  AdvanceTo(now);
  if (offset == kIndex) index_ = Index(value);
  if (offset == kData) WriteByte(value);
}

uint8_t Chip::ReadByte() {
  const uint8_t index = index_.Get(Index::kByte);
  if (index == kA) return ReadA();
  if (index == kC) return ReadC();
  return bytes_[index];
}

void Chip::WriteByte(uint8_t value) {
  const uint8_t index = index_.Get(Index::kByte);
  switch (index) {
    case kA:
      WriteA(A(value));
      break;
    case kB:
      WriteB(B(value));
      break;
    case kC:  // for reading, as is D
    case kD:
      break;
    default:
      bytes_[index] = value;
  }
}

uint8_t Chip::ReadA() const {
  A a = this->a();
  a.Set(A::kUpdateInProgress,
        IsUpdating() && Updates().ToNext(now_) <= kBeforeUpdate + kUpdateTime);
  return a.raw();
}

// Leaving reset, the divider begins anew, and with it the phase of all that it beats.
void Chip::WriteA(A value) {
  const bool was_reset = IsDividerReset();
  value.Set(A::kUpdateInProgress, false);
  bytes_[kA] = value.raw();
  if (was_reset && !IsDividerReset()) {
    update_phase_ = (now_ % kSecond + kFirstUpdate + kUpdateTime) % kSecond;
  }
}

// SET going high ends an update that is in progress and clears UIE ("Register B", SET and UIE).
void Chip::WriteB(B value) {
  if (value.Test(B::kSet) && !b().Test(B::kSet)) value.Set(B::kUpdateEnable, false);
  bytes_[kB] = value.raw();
}

uint8_t Chip::ReadC() {
  C c = flags_;
  c.Set(C::kRequest, Interrupt());
  flags_ = C();
  return c.raw();
}

// --- Interrupt and time ------------------------------------------------------------------------

// Edges of the rate's tap lie half a period from where UIP rises ("Update cycle": what is read within
// tPI/2 + tBUC of a periodic interrupt is whole).
std::optional<Beat> Chip::Periodic() const {
  const uint64_t frequency = Frequency(a().Get(A::kRate));
  if (frequency == 0 || IsDividerReset()) return std::nullopt;
  const uint64_t uip_rises = update_phase_ + kSecond - kBeforeUpdate - kUpdateTime;
  return Beat{.phase = (uip_rises + kSecond / frequency / 2) % kSecond, .frequency = frequency};
}

void Chip::AdvanceTo(uint64_t now) {
  if (now <= now_) return;
  if (const auto beat = Periodic(); beat && beat->Count(now) != beat->Count(now_)) {
    flags_.Set(C::kPeriodic);
  }
  const uint64_t updates = IsUpdating() ? Updates().Count(now) - Updates().Count(now_) : 0;
  if (updates != 0) Update(updates);
  now_ = now;
}

std::optional<uint64_t> Chip::Deadline() const {
  if (Interrupt()) return std::nullopt;
  constexpr uint64_t kNever = ~uint64_t{0};
  uint64_t wait = kNever;
  const auto periodic = Periodic();
  if (b().Test(B::kPeriodicEnable) && periodic) wait = periodic->ToNext(now_);
  if (IsUpdating()) {
    const uint64_t to_update = Updates().ToNext(now_);
    if (b().Test(B::kUpdateEnable)) wait = std::min(wait, to_update);
    const auto alarm = UpdatesToAlarm();
    if (b().Test(B::kAlarmEnable) && alarm) {
      wait = std::min(wait, to_update + (*alarm - 1) * kSecond);
    }
  }
  if (wait == kNever || wait > kNever - now_) return std::nullopt;
  return now_ + wait;
}

// --- The calendar ------------------------------------------------------------------------------

// Ends `count` updates, at least one, together: what each would have flagged is flagged.
void Chip::Update(uint64_t count) {
  flags_.Set(C::kUpdate);
  const auto alarm = UpdatesToAlarm();
  if (alarm && count >= *alarm) flags_.Set(C::kAlarm);
  AddTo(count);
}

// A byte is read and written only as the carry comes to it. One that holds no valid value counts as the
// closest that is valid.
void Chip::AddTo(uint64_t seconds) {
  const uint64_t second = Get(kSeconds, 0, 59) + seconds;
  bytes_[kSeconds] = Encode(static_cast<unsigned>(second % 60));
  if (second < 60) return;
  const uint64_t minute = Get(kMinutes, 0, 59) + second / 60;
  bytes_[kMinutes] = Encode(static_cast<unsigned>(minute % 60));
  if (minute < 60) return;
  const uint64_t hour = GetHour(bytes_[kHours]) + minute / 60;
  bytes_[kHours] = EncodeHour(static_cast<unsigned>(hour % 24));
  if (hour >= 24) AddDays(hour / 24);
}

// In the years from 2000 on the calendar's leap years are the chip's, over its whole century.
void Chip::AddDays(uint64_t days) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): in this function alone
  constexpr sys_days kYear0 = year(2000) / 1 / 1;
  const unsigned weekday = Get(kWeekday, 1, 7) - 1;
  const auto in_month =
      year(2000 + static_cast<int>(Get(kYear, 0, 99))) / month(Get(kMonth, 1, 12));
  const auto last = static_cast<unsigned>((in_month / std::chrono::last).day());
  const auto before = (sys_days(in_month / day(Get(kDay, 1, last))) - kYear0).count();
  const uint64_t after = (static_cast<uint64_t>(before) + days) % kDaysPerCentury;
  const year_month_day date(kYear0 + std::chrono::days(after));
  bytes_[kWeekday] = Encode(static_cast<unsigned>((weekday + days) % 7) + 1);
  bytes_[kDay] = Encode(static_cast<unsigned>(date.day()));
  bytes_[kMonth] = Encode(static_cast<unsigned>(date.month()));
  bytes_[kYear] = Encode(static_cast<unsigned>(static_cast<int>(date.year())) % 100);
}

// How many updates from now, at least one, the time is the alarm's; never, if a byte of the alarm is
// neither valid nor "don't care". A value that does not encode to its byte was none.
std::optional<uint64_t> Chip::UpdatesToAlarm() const {
  const auto field = [&](uint8_t index, unsigned value, uint8_t code) {
    if (bytes_[index] >= kDontCare) return AlarmField();
    return AlarmField{.any = false, .first = code == bytes_[index] ? value : AlarmField::kNone};
  };
  const unsigned second = Get(kSecondsAlarm, 0, 59);
  const unsigned minute = Get(kMinutesAlarm, 0, 59);
  const unsigned hour = GetHour(bytes_[kHoursAlarm]);
  const Alarm alarm = {.hour = field(kHoursAlarm, hour, EncodeHour(hour)),
                       .minute = field(kMinutesAlarm, minute, Encode(minute)),
                       .second = field(kSecondsAlarm, second, Encode(second))};
  if (!alarm.IsValid()) return std::nullopt;
  const unsigned now =
      (GetHour(bytes_[kHours]) * 60 + Get(kMinutes, 0, 59)) * 60 + Get(kSeconds, 0, 59);
  return 1 + alarm.SecondsFrom((now + 1) % kSecondsPerDay);
}

// --- Codes -------------------------------------------------------------------------------------

uint8_t Chip::Encode(unsigned value) const {
  return static_cast<uint8_t>(b().Test(B::kBinary) ? value : value / 10 << 4 | value % 10);
}

uint8_t Chip::EncodeHour(unsigned hour) const {
  if (b().Test(B::k24Hours)) return Encode(hour);
  const uint8_t half_day = Encode(hour % 12 == 0 ? 12 : hour % 12);
  return static_cast<uint8_t>(half_day | (hour < 12 ? 0 : kPm));
}

unsigned Chip::Decode(uint8_t byte) const {
  return b().Test(B::kBinary) ? byte : (byte >> 4) * 10U + (byte & 0xfU);
}

unsigned Chip::Get(uint8_t index, unsigned least, unsigned most) const {
  return std::clamp(Decode(bytes_[index]), least, most);
}

unsigned Chip::GetHour(uint8_t byte) const {
  if (b().Test(B::k24Hours)) return std::min(Decode(byte), 23U);
  const unsigned half_day = std::clamp(Decode(byte & 0x7f), 1U, 12U);
  return half_day % 12 + ((byte & kPm) != 0 ? 12 : 0);
}

}  // namespace mc146818
