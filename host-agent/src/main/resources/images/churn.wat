;; churn: dirties its memory at a settable rate and checks what it wrote.
;;
;; Arguments: rate (pages/s), pages (working set; 0 = all that fits), pattern (sequential, random, zipf),
;; entropy (low: one word repeated; high: 512 different words), fill (yes: write the working set once
;; at the start, no: leave it zero until its turn).
;; Each page has a version in a table; page i with version v is filled from (i, v) alone. Before a page is
;; written again it is compared with that, and so is one more page per write, in turn: a stale, zeroed or
;; damaged page is found whether the workload comes back to it or not.
;;
;; Prints four times a second:
;;   @drover writes= checked= corrupted= rate= pages= filled= uptime_ms=
;; rate is pages/s since the line before. Pages due more than a second ago are dropped, not made up for.
;;
;; Memory: 0x0000 digits, 0x0100 line, 0x0400 texts, 0x10000 versions (i32 each), then the pages.
(module
  (import "drover" "console_write" (func $console_write (param i32 i32)))
  (import "drover" "clock_ns" (func $clock_ns (result i64)))
  (import "drover" "random" (func $random (param i32 i32)))
  (import "drover" "argument" (func $argument (param i32 i32) (result i64)))
  (import "drover" "stop_requested" (func $stop_requested (result i32)))

  (memory (export "memory") 16)

  (global $started (mut i32) (i32.const 0))
  (global $pages (mut i32) (i32.const 0))
  (global $base (mut i32) (i32.const 0))
  (global $pattern (mut i32) (i32.const 0))
  (global $high_entropy (mut i32) (i32.const 0))
  (global $interval (mut i64) (i64.const 0)) ;; ns per page; 0: never
  (global $due (mut i64) (i64.const 0))
  (global $print_due (mut i64) (i64.const 0))
  (global $printed_at (mut i64) (i64.const 0))
  (global $printed_writes (mut i64) (i64.const 0))
  (global $to_fill (mut i32) (i32.const 0))
  (global $filled (mut i32) (i32.const 0))
  (global $cursor (mut i32) (i32.const 0))
  (global $check_cursor (mut i32) (i32.const 0))
  (global $dice (mut i64) (i64.const 0))
  (global $writes (mut i64) (i64.const 0))
  (global $checked (mut i64) (i64.const 0))
  (global $corrupted (mut i64) (i64.const 0))
  (global $out (mut i32) (i32.const 0))

  (global $VERSIONS i32 (i32.const 0x10000))
  (global $SECOND_NS i64 (i64.const 1000000000))
  (global $PRINT_NS i64 (i64.const 250000000))
  (global $NAP_NS i64 (i64.const 1000000)) ;; pages due sooner are written together
  (global $BATCH i32 (i32.const 8)) ;; pages between two looks at the clock

  (data (i32.const 0x400) "rate")
  (data (i32.const 0x410) "pages")
  (data (i32.const 0x420) "pattern")
  (data (i32.const 0x430) "entropy")
  (data (i32.const 0x440) "fill")
  (data (i32.const 0x450) "@drover writes=")
  (data (i32.const 0x460) " checked=")
  (data (i32.const 0x470) " corrupted=")
  (data (i32.const 0x480) " rate=")
  (data (i32.const 0x490) " pages=")
  (data (i32.const 0x4a0) " filled=")
  (data (i32.const 0x4b0) " uptime_ms=")
  (data (i32.const 0x4c0) "\n")

  (func (export "slice") (param $budget i64) (result i64)
    (local $now i64) (local $until i64)
    (if (call $stop_requested) (then (return (i64.const -1))))
    (local.set $now (call $clock_ns))
    (if (i32.eqz (global.get $started)) (then (call $start (local.get $now))))
    (local.set $until (i64.add (local.get $now) (local.get $budget)))
    (loop $batches
      (if (i64.ge_s (local.get $now) (global.get $print_due)) (then (call $report (local.get $now))))
      (if (call $work (local.get $now))
        (then
          (local.set $now (call $clock_ns))
          (br_if $batches (i64.lt_s (local.get $now) (local.get $until)))
          (return (i64.const 0)))))
    (call $nap (local.get $now)))

  (func $start (param $now i64)
    (local $rate i64) (local $fit i32)
    (global.set $started (i32.const 1))
    (local.set $rate (call $argument (i32.const 0x400) (i32.const 4)))
    (if (i64.gt_s (local.get $rate) (i64.const 0))
      (then (global.set $interval (i64.div_u (global.get $SECOND_NS) (local.get $rate)))))
    (global.set $pages (i32.wrap_i64 (call $argument (i32.const 0x410) (i32.const 5))))
    (global.set $pattern (i32.wrap_i64 (call $argument (i32.const 0x420) (i32.const 7))))
    (global.set $high_entropy (i32.wrap_i64 (call $argument (i32.const 0x430) (i32.const 7))))
    ;; Each page needs 4,100 bytes; two pages are lost to rounding at most.
    (local.set $fit
      (i32.div_u
        (i32.sub (i32.mul (memory.size) (i32.const 0x10000)) (i32.const 0x12000))
        (i32.const 4100)))
    (if (i32.or (i32.eqz (global.get $pages)) (i32.gt_u (global.get $pages) (local.get $fit)))
      (then (global.set $pages (local.get $fit))))
    (global.set $base
      (i32.and
        (i32.add (i32.add (global.get $VERSIONS) (i32.shl (global.get $pages) (i32.const 2)))
          (i32.const 4095))
        (i32.const -4096)))
    (if (i64.ne (call $argument (i32.const 0x440) (i32.const 4)) (i64.const 0))
      (then (global.set $to_fill (global.get $pages))))
    (call $random (i32.const 0) (i32.const 8))
    (global.set $dice (i64.or (i64.load (i32.const 0)) (i64.const 1)))
    (global.set $due (local.get $now))
    (global.set $print_due (local.get $now))
    (global.set $printed_at (local.get $now)))

  ;; A batch of pages; 0 when none is due.
  (func $work (param $now i64) (result i32)
    (local $i i32)
    (if (i32.lt_u (global.get $filled) (global.get $to_fill))
      (then
        (loop $fill
          (call $write_page (global.get $filled))
          (global.set $filled (i32.add (global.get $filled) (i32.const 1)))
          (if (i32.eq (global.get $filled) (global.get $to_fill))
            (then (global.set $due (call $clock_ns)) (return (i32.const 1))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $fill (i32.lt_u (local.get $i) (global.get $BATCH))))
        (return (i32.const 1))))
    (if (i64.eqz (global.get $interval)) (then (return (i32.const 0))))
    (if (i64.lt_s (global.get $due) (i64.sub (local.get $now) (global.get $SECOND_NS)))
      (then (global.set $due (i64.sub (local.get $now) (global.get $SECOND_NS)))))
    (if (i64.gt_s (global.get $due) (local.get $now)) (then (return (i32.const 0))))
    (loop $batch
      (call $write_page (call $next_page))
      (global.set $writes (i64.add (global.get $writes) (i64.const 1)))
      (call $check_next)
      (global.set $due (i64.add (global.get $due) (global.get $interval)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $batch
        (i32.and
          (i32.lt_u (local.get $i) (global.get $BATCH))
          (i64.le_s (global.get $due) (local.get $now)))))
    (i32.const 1))

  ;; Until the next page or line is due, in naps worth waking up for.
  (func $nap (param $now i64) (result i64)
    (local $wait i64) (local $page_wait i64)
    (local.set $wait (i64.sub (global.get $print_due) (local.get $now)))
    (if (i64.ne (global.get $interval) (i64.const 0))
      (then
        (local.set $page_wait (i64.sub (global.get $due) (local.get $now)))
        (if (i64.lt_s (local.get $page_wait) (local.get $wait))
          (then (local.set $wait (local.get $page_wait))))))
    (select (local.get $wait) (global.get $NAP_NS)
      (i64.gt_s (local.get $wait) (global.get $NAP_NS))))

  (func $next_page (result i32)
    (local $u f64)
    (if (i32.eqz (global.get $pattern))
      (then
        (global.set $cursor
          (i32.rem_u (i32.add (global.get $cursor) (i32.const 1)) (global.get $pages)))
        (return (global.get $cursor))))
    (call $roll)
    (if (i32.eq (global.get $pattern) (i32.const 1))
      (then
        (return
          (i32.wrap_i64
            (i64.rem_u (i64.shr_u (global.get $dice) (i64.const 16))
              (i64.extend_i32_u (global.get $pages)))))))
    ;; Zipf-like: u^4 of the working set, so half of the writes hit its first 6 %.
    (local.set $u
      (f64.div (f64.convert_i64_u (i64.shr_u (global.get $dice) (i64.const 11)))
        (f64.const 0x1p53)))
    (local.set $u (f64.mul (local.get $u) (local.get $u)))
    (local.set $u (f64.mul (local.get $u) (local.get $u)))
    (i32.trunc_f64_u (f64.mul (local.get $u) (f64.convert_i32_u (global.get $pages)))))

  ;; xorshift64
  (func $roll
    (global.set $dice
      (i64.xor (global.get $dice) (i64.shl (global.get $dice) (i64.const 13))))
    (global.set $dice
      (i64.xor (global.get $dice) (i64.shr_u (global.get $dice) (i64.const 7))))
    (global.set $dice
      (i64.xor (global.get $dice) (i64.shl (global.get $dice) (i64.const 17)))))

  (func $check_next
    (global.set $check_cursor
      (i32.rem_u (i32.add (global.get $check_cursor) (i32.const 1)) (global.get $pages)))
    (call $check_page (global.get $check_cursor)))

  (func $write_page (param $page i32)
    (local $slot i32) (local $at i32) (local $end i32) (local $seed i64) (local $k i64)
    (call $check_page (local.get $page))
    (local.set $slot (call $slot (local.get $page)))
    (i32.store (local.get $slot) (i32.add (i32.load (local.get $slot)) (i32.const 1)))
    (local.set $seed (call $seed (local.get $page) (i32.load (local.get $slot))))
    (local.set $at (call $address (local.get $page)))
    (local.set $end (i32.add (local.get $at) (i32.const 4096)))
    (if (global.get $high_entropy)
      (then
        (loop $different
          (i64.store (local.get $at) (call $mix (i64.add (local.get $seed) (local.get $k))))
          (local.set $k (i64.add (local.get $k) (i64.const 1)))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br_if $different (i32.lt_u (local.get $at) (local.get $end)))))
      (else
        (loop $same
          (i64.store (local.get $at) (local.get $seed))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br_if $same (i32.lt_u (local.get $at) (local.get $end)))))))

  ;; Compares all of a page with what its version says; version 0 is all zeros.
  (func $check_page (param $page i32)
    (local $version i32) (local $at i32) (local $end i32) (local $seed i64) (local $k i64)
    (local $wrong i64)
    (local.set $version (i32.load (call $slot (local.get $page))))
    (local.set $at (call $address (local.get $page)))
    (local.set $end (i32.add (local.get $at) (i32.const 4096)))
    (if (local.get $version)
      (then (local.set $seed (call $seed (local.get $page) (local.get $version)))))
    (if (i32.and (global.get $high_entropy) (i32.ne (local.get $version) (i32.const 0)))
      (then
        (loop $different
          (local.set $wrong
            (i64.or (local.get $wrong)
              (i64.xor (i64.load (local.get $at))
                (call $mix (i64.add (local.get $seed) (local.get $k))))))
          (local.set $k (i64.add (local.get $k) (i64.const 1)))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br_if $different (i32.lt_u (local.get $at) (local.get $end)))))
      (else
        (loop $same
          (local.set $wrong
            (i64.or (local.get $wrong) (i64.xor (i64.load (local.get $at)) (local.get $seed))))
          (local.set $at (i32.add (local.get $at) (i32.const 8)))
          (br_if $same (i32.lt_u (local.get $at) (local.get $end))))))
    (global.set $checked (i64.add (global.get $checked) (i64.const 1)))
    (if (i64.ne (local.get $wrong) (i64.const 0))
      (then (global.set $corrupted (i64.add (global.get $corrupted) (i64.const 1))))))

  (func $slot (param $page i32) (result i32)
    (i32.add (global.get $VERSIONS) (i32.shl (local.get $page) (i32.const 2))))

  (func $address (param $page i32) (result i32)
    (i32.add (global.get $base) (i32.shl (local.get $page) (i32.const 12))))

  (func $seed (param $page i32) (param $version i32) (result i64)
    (call $mix
      (i64.or
        (i64.shl (i64.extend_i32_u (local.get $page)) (i64.const 32))
        (i64.extend_i32_u (local.get $version)))))

  (func $report (param $now i64)
    (local $elapsed_us i64)
    (global.set $out (i32.const 0x100))
    (call $put (i32.const 0x450) (i32.const 15)) (call $put_number (global.get $writes))
    (call $put (i32.const 0x460) (i32.const 9)) (call $put_number (global.get $checked))
    (call $put (i32.const 0x470) (i32.const 11)) (call $put_number (global.get $corrupted))
    (local.set $elapsed_us
      (i64.div_u (i64.sub (local.get $now) (global.get $printed_at)) (i64.const 1000)))
    (if (i64.eqz (local.get $elapsed_us)) (then (local.set $elapsed_us (i64.const 1))))
    (call $put (i32.const 0x480) (i32.const 6))
    (call $put_number
      (i64.div_u
        (i64.mul (i64.sub (global.get $writes) (global.get $printed_writes)) (i64.const 1000000))
        (local.get $elapsed_us)))
    (call $put (i32.const 0x490) (i32.const 7))
    (call $put_number (i64.extend_i32_u (global.get $pages)))
    (call $put (i32.const 0x4a0) (i32.const 8))
    (call $put_number (i64.extend_i32_u (global.get $filled)))
    (call $put (i32.const 0x4b0) (i32.const 11))
    (call $put_number (i64.div_u (local.get $now) (i64.const 1000000)))
    (call $put (i32.const 0x4c0) (i32.const 1))
    (global.set $printed_at (local.get $now))
    (global.set $printed_writes (global.get $writes))
    (global.set $print_due (i64.add (local.get $now) (global.get $PRINT_NS)))
    (call $console_write (i32.const 0x100) (i32.sub (global.get $out) (i32.const 0x100))))

  (func $put (param $text i32) (param $length i32)
    (memory.copy (global.get $out) (local.get $text) (local.get $length))
    (global.set $out (i32.add (global.get $out) (local.get $length))))

  (func $put_number (param $number i64)
    (local $at i32)
    (local.set $at (i32.const 0x20)) ;; digits from the right
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add (i32.const 0x30) (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
      (local.set $number (i64.div_u (local.get $number) (i64.const 10)))
      (br_if $digits (i64.ne (local.get $number) (i64.const 0))))
    (call $put (local.get $at) (i32.sub (i32.const 0x20) (local.get $at))))

  ;; splitmix64's finalizer.
  (func $mix (param $x i64) (result i64)
    (local.set $x
      (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 30)))
        (i64.const 0xbf58476d1ce4e5b9)))
    (local.set $x
      (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 27)))
        (i64.const 0x94d049bb133111eb)))
    (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 31)))))
