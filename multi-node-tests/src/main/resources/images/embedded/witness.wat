;; witness: has an effect every 20 ms, a frame of two numbers: which boot this is (random), and 1, 2, 3 …
;;
;; Each number is also kept in a ring of pages, and the one before it in that place is looked at first: a guest whose
;; memory is not its own traps. Prints four times a second: @drover beats=
;;
;; Memory: 0x0000 digits, 0x0100 line, 0x0400 texts, 0x1000 frame, 0x10000 ring of 16 pages of 4 KiB.
(module
  (import "drover" "console_write" (func $console_write (param i32 i32)))
  (import "drover" "clock_ns" (func $clock_ns (result i64)))
  (import "drover" "random" (func $random (param i32 i32)))
  (import "drover" "frame_send" (func $frame_send (param i32 i32)))
  (import "drover" "stop_requested" (func $stop_requested (result i32)))

  (memory (export "memory") 2)

  (global $n (mut i64) (i64.const 0))
  (global $due (mut i64) (i64.const 0))
  (global $print_due (mut i64) (i64.const 0))
  (global $out (mut i32) (i32.const 0))

  (global $FRAME i32 (i32.const 0x1000))
  (global $RING i32 (i32.const 0x10000))
  (global $RING_PAGES i64 (i64.const 16))
  (global $EFFECT_NS i64 (i64.const 20000000))
  (global $PRINT_NS i64 (i64.const 250000000))

  (data (i32.const 0x400) "@drover beats=")
  (data (i32.const 0x410) "\n")

  (func (export "slice") (param $budget i64) (result i64)
    (local $now i64)
    (if (call $stop_requested) (then (return (i64.const -1))))
    (local.set $now (call $clock_ns))
    (if (i64.ge_s (local.get $now) (global.get $due))
      (then
        (call $effect)
        (global.set $due (i64.add (local.get $now) (global.get $EFFECT_NS)))))
    (if (i64.ge_s (local.get $now) (global.get $print_due))
      (then
        (call $report)
        (global.set $print_due (i64.add (local.get $now) (global.get $PRINT_NS)))))
    (i64.sub (global.get $due) (local.get $now)))

  (func $effect
    (local $place i32)
    (if (i64.eqz (global.get $n)) (then (call $random (global.get $FRAME) (i32.const 8))))
    (global.set $n (i64.add (global.get $n) (i64.const 1)))
    (local.set $place
      (i32.add (global.get $RING)
        (i32.shl
          (i32.wrap_i64 (i64.rem_u (global.get $n) (global.get $RING_PAGES))) (i32.const 12))))
    (if (i64.gt_u (global.get $n) (global.get $RING_PAGES))
      (then
        (if (i64.ne (i64.load (local.get $place)) (i64.sub (global.get $n) (global.get $RING_PAGES)))
          (then (unreachable)))))
    (i64.store (local.get $place) (global.get $n))
    (i64.store offset=8 (global.get $FRAME) (global.get $n))
    (call $frame_send (global.get $FRAME) (i32.const 16)))

  (func $report
    (global.set $out (i32.const 0x100))
    (call $put (i32.const 0x400) (i32.const 14)) (call $put_number (global.get $n))
    (call $put (i32.const 0x410) (i32.const 1))
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
    (call $put (local.get $at) (i32.sub (i32.const 0x20) (local.get $at)))))
