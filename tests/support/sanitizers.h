#pragma once

namespace tahvil::test {

/// Whether this build runs under ThreadSanitizer, whose own thread and shadow memory make wake-ups and page faults that
/// are not the program's.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool kThreadSanitizer = false;
#endif

}  // namespace tahvil::test
