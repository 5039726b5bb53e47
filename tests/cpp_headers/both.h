#pragma once

#include <dns_cares/coro.hpp>

dns_cares::Task<int> look_up(dns_cares::Resolver &resolver);
dns_cares::Task<int> look_further(dns_cares::Resolver &resolver);
const void *category_of_one();
