;; Calls itself until its stack is full.
(module
  (memory (export "memory") 1)
  (func $down (export "slice") (param i64) (result i64)
    (i64.add (i64.const 1) (call $down (local.get 0)))))
