#include "records/location.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace dns_cares {
namespace {

constexpr std::uint32_t kEquator = 1U << 31;          // also the prime meridian; in thousandths of a second of arc
constexpr std::int64_t kLowestAltitude = 10'000'000;  // below the spheroid, in centimetres

struct Location {
  explicit Location(Octets octets) {
    Reader reader(octets);
    version = reader.u8();
    size = reader.u8();
    horizontal_precision = reader.u8();
    vertical_precision = reader.u8();
    latitude = std::int64_t{reader.u32()} - kEquator;
    longitude = std::int64_t{reader.u32()} - kEquator;
    altitude = std::int64_t{reader.u32()} - kLowestAltitude;
  }
  unsigned version;
  unsigned size, horizontal_precision, vertical_precision;  // a digit and a power of ten, in centimetres
  std::int64_t latitude, longitude;                         // thousandths of a second of arc
  std::int64_t altitude;                                    // centimetres
};

bool is_length(unsigned octet) { return octet >> 4 <= 9 && (octet & 15) <= 9; }

std::int64_t centimetres(unsigned octet) {
  std::int64_t length = octet >> 4;
  for (unsigned power = octet & 15; power > 0; --power) length *= 10;
  return length;
}

double degrees(std::int64_t thousandths) { return static_cast<double>(thousandths) / 3'600'000; }
double metres(std::int64_t centimetres) { return static_cast<double>(centimetres) / 100; }

void print_angle(std::int64_t thousandths, char positive, char negative, TextOut &out) {
  const auto size = static_cast<unsigned long>(std::abs(thousandths));
  out.number(size / 3'600'000, 2);
  out.put(' ');
  out.number(size / 60'000 % 60, 2);
  out.put(' ');
  out.number(size / 1000 % 60);
  out.put('.');
  out.number(size % 1000, 3);
  out.put(' ');
  out.put(thousandths < 0 ? negative : positive);
  out.put(' ');
}

// In metres, the centimetres where there are some.
void print_length(std::int64_t centimetres, bool with_centimetres, TextOut &out) {
  const auto size = static_cast<unsigned long>(std::abs(centimetres));
  if (centimetres < 0) out.put('-');
  out.number(size / 100);
  if (with_centimetres) {
    out.put('.');
    out.number(size % 100, 2);
  }
  out.put('m');
}

}  // namespace

bool is_location(Octets octets) {
  const Location location(octets);
  return location.version == 0 && is_length(location.size) && is_length(location.horizontal_precision) &&
         is_length(location.vertical_precision);
}

dns_loc to_location(Octets octets) {
  const Location location(octets);
  return {.latitude = degrees(location.latitude),
          .longitude = degrees(location.longitude),
          .altitude = metres(location.altitude),
          .size = metres(centimetres(location.size)),
          .horizontal_precision = metres(centimetres(location.horizontal_precision)),
          .vertical_precision = metres(centimetres(location.vertical_precision))};
}

void print_location(Octets octets, TextOut &out) {
  const Location location(octets);
  print_angle(location.latitude, 'N', 'S', out);
  print_angle(location.longitude, 'E', 'W', out);
  print_length(location.altitude, location.altitude % 100 != 0, out);
  for (const unsigned length : {location.size, location.horizontal_precision, location.vertical_precision}) {
    out.put(' ');
    print_length(centimetres(length), (length & 15) < 2, out);
  }
}

}  // namespace dns_cares
