;; echo: sends every frame back. Where a frame has an Ethernet header, its two addresses change places.
;;
;; Prints four times a second: @drover frames= bytes= uptime_ms=
;;
;; Memory: 0x0000 digits, 0x0100 line, 0x0400 texts, 0x1000 frame.
(module
  (import "drover" "console_write" (func $console_write (param i32 i32)))
  (import "drover" "clock_ns" (func $clock_ns (result i64)))
  (import "drover" "frame_send" (func $frame_send (param i32 i32)))
  (import "drover" "frame_receive" (func $frame_receive (param i32 i32) (result i32)))
  (import "drover" "stop_requested" (func $stop_requested (result i32)))

  (memory (export "memory") 1)

  (global $frames (mut i64) (i64.const 0))
  (global $bytes (mut i64) (i64.const 0))
  (global $print_due (mut i64) (i64.const 0))
  (global $out (mut i32) (i32.const 0))

  (global $FRAME i32 (i32.const 0x1000))
  (global $FRAME_LIMIT i32 (i32.const 9216))
  (global $ETHERNET_HEADER i32 (i32.const 14))
  (global $PRINT_NS i64 (i64.const 250000000))

  (data (i32.const 0x400) "@drover frames=")
  (data (i32.const 0x410) " bytes=")
  (data (i32.const 0x420) " uptime_ms=")
  (data (i32.const 0x430) "\n")

  ;; A frame that comes wakes the guest, so it may sleep until the next line.
  (func (export "slice") (param $budget i64) (result i64)
    (local $now i64) (local $until i64) (local $length i32)
    (if (call $stop_requested) (then (return (i64.const -1))))
    (local.set $now (call $clock_ns))
    (local.set $until (i64.add (local.get $now) (local.get $budget)))
    (if (i64.ge_s (local.get $now) (global.get $print_due)) (then (call $report (local.get $now))))
    (loop $next
      (local.set $length (call $frame_receive (global.get $FRAME) (global.get $FRAME_LIMIT)))
      (if (local.get $length)
        (then
          (call $answer (local.get $length))
          (local.set $now (call $clock_ns))
          (br_if $next (i64.lt_s (local.get $now) (local.get $until)))
          (return (i64.const 0)))))
    (i64.sub (global.get $print_due) (local.get $now)))

  (func $answer (param $length i32)
    (local $target i64)
    (if (i32.ge_u (local.get $length) (global.get $ETHERNET_HEADER))
      (then
        (local.set $target (i64.load (global.get $FRAME))) ;; six bytes of it
        (memory.copy (global.get $FRAME) (i32.add (global.get $FRAME) (i32.const 6)) (i32.const 6))
        (i32.store offset=6 (global.get $FRAME) (i32.wrap_i64 (local.get $target)))
        (i32.store16 offset=10 (global.get $FRAME)
          (i32.wrap_i64 (i64.shr_u (local.get $target) (i64.const 32))))))
    (call $frame_send (global.get $FRAME) (local.get $length))
    (global.set $frames (i64.add (global.get $frames) (i64.const 1)))
    (global.set $bytes (i64.add (global.get $bytes) (i64.extend_i32_u (local.get $length)))))

  (func $report (param $now i64)
    (global.set $out (i32.const 0x100))
    (call $put (i32.const 0x400) (i32.const 15)) (call $put_number (global.get $frames))
    (call $put (i32.const 0x410) (i32.const 7)) (call $put_number (global.get $bytes))
    (call $put (i32.const 0x420) (i32.const 11))
    (call $put_number (i64.div_u (local.get $now) (i64.const 1000000)))
    (call $put (i32.const 0x430) (i32.const 1))
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
    (call $put (local.get $at) (i32.sub (i32.const 0x20) (local.get $at)))))
