;; pulse: a heartbeat of 1 ms that checks itself, so that a migration which loses, repeats or damages
;; anything shows on the console.
;;
;; What is compared with what, in each beat n:
;;   * the number of the last beat is kept three times: in a global (moves with the device state) and
;;     in two records in pages of their own (move with the memory). Records ahead of the global:
;;     beats were lost. Behind it: beats are about to be repeated. A record whose checksum is wrong, or
;;     that differs from the other one: corrupted (a flipped byte, a stale or zeroed page).
;;   * a ring of `pages` pages: beat n rewrites page n mod pages, all 512 words, from n alone. Before
;;     that it holds what beat n - pages left there, and every word is compared. So each page is
;;     checked once per round, and 1,000 pages/s become dirty.
;;   * a hash chain over all words read, kept in the records and in a global.
;; A guest that goes back as a whole cannot see it from inside; its clock and its console can.
;;
;; Prints four times a second:
;;   @drover beats= lost= repeated= corrupted= backwards= gap_us= last_gap_us= max_gap_us= pages= uptime_ms=
;; backwards counts steps back of the clock. Gaps are between two beats: gap_us the largest of the last
;; 10 s, last_gap_us since the line before, max_gap_us since boot.
;;
;; Memory: 0x0000 digits, 0x0100 line, 0x0400 texts, 0x1000 record A, 0x3000 gap windows, 0x5000 record B,
;; 0x10000 ring. Record: beat, chain, time, checksum (i64 each). Window: number, largest gap (i64 each).
(module
  (import "drover" "console_write" (func $console_write (param i32 i32)))
  (import "drover" "clock_ns" (func $clock_ns (result i64)))
  (import "drover" "argument" (func $argument (param i32 i32) (result i64)))
  (import "drover" "stop_requested" (func $stop_requested (result i32)))

  (memory (export "memory") 16)

  (global $started (mut i32) (i32.const 0))
  (global $pages (mut i64) (i64.const 0))
  (global $beat (mut i64) (i64.const 0))
  (global $chain (mut i64) (i64.const 0))
  (global $due (mut i64) (i64.const 0))
  (global $last (mut i64) (i64.const 0))
  (global $print_due (mut i64) (i64.const 0))
  (global $lost (mut i64) (i64.const 0))
  (global $repeated (mut i64) (i64.const 0))
  (global $corrupted (mut i64) (i64.const 0))
  (global $backwards (mut i64) (i64.const 0))
  (global $last_gap (mut i64) (i64.const 0))
  (global $max_gap (mut i64) (i64.const 0))
  (global $out (mut i32) (i32.const 0))

  (global $RECORD_A i32 (i32.const 0x1000))
  (global $RECORD_B i32 (i32.const 0x5000))
  (global $WINDOWS i32 (i32.const 0x3000))
  (global $RING i32 (i32.const 0x10000))
  (global $PERIOD_NS i64 (i64.const 1000000))
  (global $PRINT_NS i64 (i64.const 250000000))
  (global $WINDOW_COUNT i64 (i64.const 40)) ;; of 250 ms: 10 s
  (global $GOLDEN i64 (i64.const 0x9e3779b97f4a7c15))

  (data (i32.const 0x400) "pages")
  (data (i32.const 0x410) "@drover beats=")
  (data (i32.const 0x420) " lost=")
  (data (i32.const 0x430) " repeated=")
  (data (i32.const 0x440) " corrupted=")
  (data (i32.const 0x450) " backwards=")
  (data (i32.const 0x460) " gap_us=")
  (data (i32.const 0x470) " last_gap_us=")
  (data (i32.const 0x480) " max_gap_us=")
  (data (i32.const 0x490) " pages=")
  (data (i32.const 0x4a0) " uptime_ms=")
  (data (i32.const 0x4b0) "\n")

  (func (export "slice") (param $budget i64) (result i64)
    (local $now i64)
    (if (call $stop_requested) (then (return (i64.const -1))))
    (local.set $now (call $clock_ns))
    (if (i32.eqz (global.get $started)) (then (call $start (local.get $now))))
    (if (i64.ge_s (local.get $now) (global.get $due))
      (then
        (call $note_gap (local.get $now))
        (call $pulse (local.get $now))
        ;; Beats that could not happen in time are not made up for: they are the gap.
        (global.set $due (i64.add (global.get $due) (global.get $PERIOD_NS)))
        (if (i64.le_s (global.get $due) (local.get $now))
          (then (global.set $due (i64.add (local.get $now) (global.get $PERIOD_NS)))))))
    (if (i64.ge_s (local.get $now) (global.get $print_due))
      (then
        (call $report (local.get $now))
        (global.set $print_due (i64.add (local.get $now) (global.get $PRINT_NS)))))
    (local.set $now (i64.sub (global.get $due) (call $clock_ns)))
    (select (local.get $now) (i64.const 0) (i64.gt_s (local.get $now) (i64.const 0))))

  (func $start (param $now i64)
    (local $fit i64)
    (global.set $started (i32.const 1))
    (global.set $pages (call $argument (i32.const 0x400) (i32.const 5)))
    ;; As many as fit behind the fixed part.
    (local.set $fit
      (i64.sub
        (i64.mul (i64.extend_i32_u (memory.size)) (i64.const 16))
        (i64.extend_i32_u (i32.shr_u (global.get $RING) (i32.const 12)))))
    (if (i64.gt_u (global.get $pages) (local.get $fit))
      (then (global.set $pages (local.get $fit))))
    (global.set $due (local.get $now))
    (global.set $print_due (local.get $now)))

  ;; One beat: check what the last ones left, then move on.
  (func $pulse (param $now i64)
    (if (i64.gt_u (global.get $beat) (i64.const 0)) (then (call $check_records)))
    (global.set $beat (i64.add (global.get $beat) (i64.const 1)))
    (call $turn_page)
    (call $write_record (global.get $RECORD_A) (local.get $now))
    (call $write_record (global.get $RECORD_B) (local.get $now)))

  (func $check_records
    (local $good_a i32) (local $good_b i32) (local $a i64) (local $b i64) (local $memory i64)
    (local.set $good_a (call $record_is_whole (global.get $RECORD_A)))
    (local.set $good_b (call $record_is_whole (global.get $RECORD_B)))
    (local.set $a (i64.load (global.get $RECORD_A)))
    (local.set $b (i64.load (global.get $RECORD_B)))
    (if (i32.eqz (local.get $good_a)) (then (call $count_corrupted) (local.set $a (i64.const 0))))
    (if (i32.eqz (local.get $good_b)) (then (call $count_corrupted) (local.set $b (i64.const 0))))
    (if (i32.and (local.get $good_a) (local.get $good_b))
      (then (if (i64.ne (local.get $a) (local.get $b)) (then (call $count_corrupted)))))
    (if (i32.eqz (i32.or (local.get $good_a) (local.get $good_b))) (then (return)))
    ;; The newer record is what the memory knows.
    (local.set $memory
      (select (local.get $a) (local.get $b) (i64.gt_u (local.get $a) (local.get $b))))
    (if (i64.gt_u (local.get $memory) (global.get $beat))
      (then
        (global.set $lost
          (i64.add (global.get $lost) (i64.sub (local.get $memory) (global.get $beat))))
        (global.set $beat (local.get $memory))
        (return)))
    (if (i64.lt_u (local.get $memory) (global.get $beat))
      (then
        (global.set $repeated
          (i64.add (global.get $repeated) (i64.sub (global.get $beat) (local.get $memory))))
        (return)))
    (if (i64.eq (local.get $a) (global.get $beat))
      (then
        (if (i64.ne (i64.load offset=8 (global.get $RECORD_A)) (global.get $chain))
          (then (call $count_corrupted))))))

  (func $record_is_whole (param $record i32) (result i32)
    (i64.eq (i64.load offset=24 (local.get $record)) (call $record_checksum (local.get $record))))

  (func $record_checksum (param $record i32) (result i64)
    (call $mix
      (i64.xor (i64.load (local.get $record))
        (call $mix
          (i64.xor (i64.load offset=8 (local.get $record))
            (call $mix (i64.load offset=16 (local.get $record))))))))

  (func $write_record (param $record i32) (param $now i64)
    (i64.store (local.get $record) (global.get $beat))
    (i64.store offset=8 (local.get $record) (global.get $chain))
    (i64.store offset=16 (local.get $record) (local.get $now))
    (i64.store offset=24 (local.get $record) (call $record_checksum (local.get $record))))

  ;; Compares this beat's page with what was written a round ago, chains it, and rewrites it.
  (func $turn_page
    (local $page i64) (local $at i32) (local $end i32) (local $earlier i64)
    (local $old i64) (local $new i64) (local $word i64) (local $step i64) (local $wrong i64)
    (local $digest i64)
    (local.set $page (i64.rem_u (global.get $beat) (global.get $pages)))
    (local.set $at
      (i32.add (global.get $RING) (i32.shl (i32.wrap_i64 (local.get $page)) (i32.const 12))))
    (local.set $end (i32.add (local.get $at) (i32.const 4096)))
    (local.set $earlier (i64.sub (global.get $beat) (global.get $pages)))
    (local.set $old (call $seed (local.get $earlier)))
    (local.set $new (call $seed (global.get $beat)))
    (loop $words
      (local.set $word (i64.load (local.get $at)))
      (local.set $digest (i64.add (i64.rotl (local.get $digest) (i64.const 5)) (local.get $word)))
      (local.set $wrong
        (i64.or (local.get $wrong)
          (i64.xor (local.get $word) (i64.xor (local.get $old) (local.get $step)))))
      (i64.store (local.get $at) (i64.xor (local.get $new) (local.get $step)))
      (local.set $step (i64.add (local.get $step) (global.get $GOLDEN)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (local.get $end))))
    ;; The first round finds nothing to compare with.
    (if (i64.gt_s (local.get $earlier) (i64.const 0))
      (then (if (i64.ne (local.get $wrong) (i64.const 0)) (then (call $count_corrupted)))))
    (global.set $chain
      (call $mix
        (i64.xor (i64.xor (global.get $chain) (local.get $digest)) (global.get $beat)))))

  (func $seed (param $beat i64) (result i64)
    (call $mix (i64.add (local.get $beat) (global.get $GOLDEN))))

  (func $count_corrupted
    (global.set $corrupted (i64.add (global.get $corrupted) (i64.const 1))))

  (func $note_gap (param $now i64)
    (local $gap i64) (local $number i64) (local $window i32)
    (if (i64.eqz (global.get $beat)) (then (global.set $last (local.get $now)) (return)))
    (local.set $gap (i64.sub (local.get $now) (global.get $last)))
    (global.set $last (local.get $now))
    (if (i64.lt_s (local.get $gap) (i64.const 0))
      (then (global.set $backwards (i64.add (global.get $backwards) (i64.const 1))) (return)))
    (global.set $last_gap (call $max (global.get $last_gap) (local.get $gap)))
    (global.set $max_gap (call $max (global.get $max_gap) (local.get $gap)))
    (local.set $number (i64.div_u (local.get $now) (global.get $PRINT_NS)))
    (local.set $window
      (i32.add (global.get $WINDOWS)
        (i32.shl
          (i32.wrap_i64 (i64.rem_u (local.get $number) (global.get $WINDOW_COUNT)))
          (i32.const 4))))
    (if (i64.ne (i64.load (local.get $window)) (local.get $number))
      (then
        (i64.store (local.get $window) (local.get $number))
        (i64.store offset=8 (local.get $window) (i64.const 0))))
    (i64.store offset=8 (local.get $window)
      (call $max (i64.load offset=8 (local.get $window)) (local.get $gap))))

  ;; Largest gap in the windows of the last 10 s.
  (func $recent_gap (param $now i64) (result i64)
    (local $oldest i64) (local $i i64) (local $window i32) (local $gap i64)
    (local.set $oldest
      (i64.sub (i64.div_u (local.get $now) (global.get $PRINT_NS)) (global.get $WINDOW_COUNT)))
    (local.set $window (global.get $WINDOWS))
    (loop $windows
      (if (i64.gt_s (i64.load (local.get $window)) (local.get $oldest))
        (then
          (local.set $gap (call $max (local.get $gap) (i64.load offset=8 (local.get $window))))))
      (local.set $window (i32.add (local.get $window) (i32.const 16)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $windows (i64.lt_u (local.get $i) (global.get $WINDOW_COUNT))))
    (local.get $gap))

  (func $report (param $now i64)
    (global.set $out (i32.const 0x100))
    (call $put (i32.const 0x410) (i32.const 14)) (call $put_number (global.get $beat))
    (call $put (i32.const 0x420) (i32.const 6)) (call $put_number (global.get $lost))
    (call $put (i32.const 0x430) (i32.const 10)) (call $put_number (global.get $repeated))
    (call $put (i32.const 0x440) (i32.const 11)) (call $put_number (global.get $corrupted))
    (call $put (i32.const 0x450) (i32.const 11)) (call $put_number (global.get $backwards))
    (call $put (i32.const 0x460) (i32.const 8)) (call $put_micros (call $recent_gap (local.get $now)))
    (call $put (i32.const 0x470) (i32.const 13)) (call $put_micros (global.get $last_gap))
    (call $put (i32.const 0x480) (i32.const 12)) (call $put_micros (global.get $max_gap))
    (call $put (i32.const 0x490) (i32.const 7)) (call $put_number (global.get $pages))
    (call $put (i32.const 0x4a0) (i32.const 11))
    (call $put_number (i64.div_u (local.get $now) (i64.const 1000000)))
    (call $put (i32.const 0x4b0) (i32.const 1))
    (global.set $last_gap (i64.const 0))
    (call $console_write (i32.const 0x100) (i32.sub (global.get $out) (i32.const 0x100))))

  (func $put (param $text i32) (param $length i32)
    (memory.copy (global.get $out) (local.get $text) (local.get $length))
    (global.set $out (i32.add (global.get $out) (local.get $length))))

  (func $put_micros (param $ns i64)
    (call $put_number (i64.div_u (local.get $ns) (i64.const 1000))))

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

  (func $max (param $a i64) (param $b i64) (result i64)
    (select (local.get $a) (local.get $b) (i64.gt_s (local.get $a) (local.get $b))))

  ;; splitmix64's finalizer.
  (func $mix (param $x i64) (result i64)
    (local.set $x
      (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 30)))
        (i64.const 0xbf58476d1ce4e5b9)))
    (local.set $x
      (i64.mul (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 27)))
        (i64.const 0x94d049bb133111eb)))
    (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 31)))))
