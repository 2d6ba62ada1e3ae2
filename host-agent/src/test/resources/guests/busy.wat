;; Uses all CPU time it gets: counts at address 8, writes the pages 16 to 31 in turn, never sleeps. Ends with
;; status 7 when it is asked to stop.
(module
  (import "drover" "clock_ns" (func $clock_ns (result i64)))
  (import "drover" "stop_requested" (func $stop_requested (result i32)))
  (memory (export "memory") 4)
  (func (export "slice") (param $budget i64) (result i64)
    (local $until i64) (local $i i64)
    (if (call $stop_requested) (then (return (i64.const -8))))
    (local.set $until (i64.add (call $clock_ns) (local.get $budget)))
    (loop $work
      (local.set $i (i64.add (i64.load (i32.const 8)) (i64.const 1)))
      (i64.store (i32.const 8) (local.get $i))
      (i64.store
        (i32.add (i32.const 0x10000)
          (i32.shl (i32.wrap_i64 (i64.and (local.get $i) (i64.const 15))) (i32.const 12)))
        (local.get $i))
      (br_if $work (i64.lt_s (call $clock_ns) (local.get $until))))
    (i64.const 0)))
