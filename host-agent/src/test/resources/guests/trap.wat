;; Divides by zero in its third slice.
(module
  (memory (export "memory") 1)
  (global $slices (mut i32) (i32.const 3))
  (func (export "slice") (param i64) (result i64)
    (global.set $slices (i32.sub (global.get $slices) (i32.const 1)))
    (i64.extend_i32_u (i32.div_u (i32.const 1) (global.get $slices)))))
